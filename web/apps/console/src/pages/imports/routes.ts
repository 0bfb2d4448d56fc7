import { FileInput } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'imports',
  pages: [
    { path: '/customers/imports', name: 'imports', title: 'imports.title', component: () => import('./ImportsPage.vue'), permission: 'imports.manage', under: 'customers', also: 'dr daoru mingdan import customers csv excel xlsx vcard' },
  ],
  palette: [{ id: 'imports.open', label: 'imports.title', also: 'dr daoru mingdan import', icon: FileInput, permission: 'imports.manage', to: { name: 'imports' } }],
})
