import { definePages } from '@/app/registry'

export default definePages({
  module: 'profiles',
  pages: [{ path: '/settings/customer-fields', name: 'customer-fields', title: 'profiles.fields.title', component: () => import('./FieldsPage.vue'), permission: 'profiles.manage', settings: { section: 'desk', label: 'profiles.fields.title', order: 52 }, also: 'khzd kehu ziduan zidingyi custom fields' }],
})
