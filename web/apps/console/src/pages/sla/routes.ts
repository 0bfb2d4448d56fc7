import { Timer } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useMissBadge } from './useMissBadge'

export default definePages({
  module: 'sla',
  pages: [
    { path: '/sla', name: 'sla', title: 'sla.title', component: () => import('./MissesPage.vue'), permission: 'sla.read', rail: { icon: Timer, label: 'sla.rail', section: 'floor', order: 16, badge: useMissBadge }, also: 'cs chaoshi shixian sla misses service level' },
    { path: '/settings/sla', name: 'sla-policies', title: 'sla.policies.title', component: () => import('./PoliciesPage.vue'), permission: 'sla.manage', settings: { section: 'desk', label: 'sla.policies.title', order: 28 }, also: 'fwsx fuwushixian sla policies' },
  ],
})
