import { definePages } from '@/app/registry'

export default definePages({
  module: 'assistant',
  pages: [{ path: '/settings/assistant', name: 'assistant', title: 'assistant.title', component: () => import('./AssistantPage.vue'), permission: 'assistant.read', settings: { section: 'desk', label: 'assistant.title', order: 45 }, also: 'zddf zidong dafu jiqiren assistant bot' }],
})
