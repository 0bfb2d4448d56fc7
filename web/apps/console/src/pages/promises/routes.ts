import { Handshake } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { usePromiseBadge } from './usePromiseBadge'

export default definePages({
  module: 'promises',
  pages: [{ path: '/promises', name: 'promises', title: 'promises.title', component: () => import('./PromisesPage.vue'), permission: 'promises.read', rail: { icon: Handshake, label: 'promises.rail', section: 'follow_up', order: 24, badge: usePromiseBadge }, also: 'cn chengnuo weiyue promises broken' }],
})
