import { Lightbulb } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'opportunities',
  pages: [{ path: '/opportunities', name: 'opportunities', title: 'opportunities.title', component: () => import('./OpportunitiesPage.vue'), permission: 'opportunities.read', rail: { icon: Lightbulb, label: 'opportunities.rail', section: 'customers', order: 34 }, also: 'sj shangji jihui opportunities leads sales' }],
})
