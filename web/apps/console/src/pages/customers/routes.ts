import { UserPlus, Users } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'customers',
  pages: [
    { path: '/customers', name: 'customers', title: 'customers.title', component: () => import('./CustomersPage.vue'), permission: 'customers.read', rail: { icon: Users, label: 'customers.rail', section: 'customers', order: 30 }, also: 'kh kehu customers' },
    { path: '/customers/:id', name: 'customer', title: 'customers.title', component: () => import('./CustomerPage.vue'), permission: 'customers.read', under: 'customers' },
    { path: '/customers/suggestions', name: 'merge-suggestions', title: 'customers.suggestion.title', component: () => import('./SuggestionsPage.vue'), permission: 'customers.read', under: 'customers', also: 'hb hebing chongfu merge duplicates' },
  ],
  palette: [{ id: 'customer.new', label: 'customers.new', also: 'xjkh new customer', icon: UserPlus, permission: 'customers.edit', to: { name: 'customers', query: { open: 'new' } } }],
})
