import { MessageSquareText, WandSparkles } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { callMacros } from './macros'
import { useInboxBadge } from './useInboxBadge'

export default definePages({
  module: 'conversations',
  pages: [
    {
      path: '/conversations/:id?',
      name: 'conversations',
      title: 'conversations.title',
      component: () => import('./ConversationsPage.vue'),
      permission: 'conversations.read',
      rail: { icon: MessageSquareText, label: 'conversations.rail', order: 10, badge: useInboxBadge },
    },
    { path: '/search', name: 'search', title: 'conversations.search.title', component: () => import('./SearchPage.vue'), permission: 'conversations.read', also: 'ss sousuo search find' },
    { path: '/settings/wrap-up-reasons', name: 'wrap-up-reasons', title: 'conversations.reasons.title', component: () => import('./ReasonsPage.vue'), permission: 'conversations.reasons', settings: { section: 'desk', label: 'conversations.reasons.title', order: 50 }, also: 'xj xiaojie laiyi wrap up reasons' },
  ],
  palette: [
    { id: 'conversations', label: 'conversations.palette.open', also: 'hh huihua conversations chat', icon: MessageSquareText, permission: 'conversations.read', to: { name: 'conversations' } },
    { id: 'macro', label: 'conversations.macros.palette', also: 'hong yunxing macro run', icon: WandSparkles, permission: 'conversations.reply', run: callMacros },
  ],
})
