import { Scale } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'allocation',
  pages: [
    { path: '/customers/allocation', name: 'allocation-runs', title: 'allocation.title', component: () => import('./AllocationPage.vue'), permission: 'allocation.manage', under: 'customers', also: 'fp fenpei kehu allocation share out' },
  ],
  palette: [{ id: 'allocation.new', label: 'allocation.begin', also: 'fpkh fenpei kehu allocate', icon: Scale, permission: 'allocation.manage', to: { name: 'allocation-runs', query: { open: 'new' } } }],
})
