import { Siren } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useEscalationBadge } from './useEscalationBadge'

export default definePages({
  module: 'escalations',
  pages: [
    { path: '/escalations', name: 'escalations', title: 'escalations.title', component: () => import('./EscalationsPage.vue'), permission: 'escalations.read', rail: { icon: Siren, label: 'escalations.rail', section: 'follow_up', order: 28, badge: useEscalationBadge }, also: 'sb shangbao shengji guzhang escalation fault' },
    { path: '/settings/escalation-ladders', name: 'escalation-ladders', title: 'escalations.ladders.title', component: () => import('./LaddersPage.vue'), permission: 'escalations.ladders', settings: { section: 'desk', label: 'escalations.ladders.title', order: 60 }, also: 'sblj shangbao lujing escalation ladders' },
  ],
})
