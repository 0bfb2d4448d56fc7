import { MessageCircleQuestionMark } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useAskBadge } from './useAskBadge'

export default definePages({
  module: 'asks',
  pages: [{ path: '/asks', name: 'asks', title: 'asks.title', component: () => import('./AsksPage.vue'), permission: 'asks.read', rail: { icon: MessageCircleQuestionMark, label: 'asks.rail', section: 'follow_up', order: 26, badge: useAskBadge }, also: 'qs qingshi zhuguan ask supervisor' }],
})
