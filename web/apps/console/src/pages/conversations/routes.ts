import { MessageSquareText } from '@lucide/vue'
import { definePages } from '@/app/registry'
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
  ],
  palette: [
    { id: 'conversations', label: 'conversations.palette.open', also: 'hh huihua conversations chat', icon: MessageSquareText, permission: 'conversations.read', to: { name: 'conversations' } },
  ],
})
