import { MessageSquareWarning } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useComplaintBadge } from './useComplaints'

export default definePages({
  module: 'complaints',
  pages: [
    { path: '/complaints', name: 'complaints', title: 'complaints.title', component: () => import('./ComplaintsPage.vue'), permission: 'complaints.read', rail: { icon: MessageSquareWarning, label: 'complaints.rail', section: 'complaints', order: 20, badge: useComplaintBadge }, also: 'ts tousu complaints' },
    { path: '/complaints/statistics', name: 'complaint-statistics', title: 'complaints.statistics.title', component: () => import('./StatisticsPage.vue'), permission: 'complaints.read', under: 'complaints', also: 'tj tongji baobiao complaint statistics report' },
    { path: '/complaints/:id', name: 'complaint', title: 'complaints.title', component: () => import('./ComplaintPage.vue'), permission: 'complaints.read', under: 'complaints' },
    { path: '/settings/complaints', name: 'complaint-rules', title: 'complaints.rules.title', component: () => import('./RulesPage.vue'), permission: 'complaints.rules', settings: { section: 'desk', label: 'complaints.rules.title', order: 58 }, also: 'ts tousu fenlei complaint categories limits' },
  ],
})
