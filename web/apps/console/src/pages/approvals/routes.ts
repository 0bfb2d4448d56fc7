import { Stamp } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useApprovalBadge } from './useApprovalBadge'

export default definePages({
  module: 'approvals',
  pages: [
    { path: '/approvals', name: 'approvals', title: 'approvals.title', component: () => import('./ApprovalsPage.vue'), permission: 'approvals.read', rail: { icon: Stamp, label: 'approvals.rail', order: 40, badge: useApprovalBadge }, also: 'sp shenpi approvals' },
    { path: '/settings/authority-limits', name: 'authority-limits', title: 'approvals.limits.title', component: () => import('./LimitsPage.vue'), permission: 'approvals.read', settings: { section: 'people', label: 'approvals.limits.title', order: 50 }, also: 'ed sqed edu authority limits' },
    { path: '/settings/delegations', name: 'delegations', title: 'approvals.delegations.title', component: () => import('./DelegationsPage.vue'), permission: 'approvals.decide', settings: { section: 'people', label: 'approvals.delegations.title', order: 60 }, also: 'wt weituo dailli delegations' },
  ],
  palette: [{ id: 'approval.new', label: 'approvals.new', also: 'fqsp qingshi request approval', icon: Stamp, permission: 'approvals.ask', to: { name: 'approvals', query: { open: 'new' } } }],
})
