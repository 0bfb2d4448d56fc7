import { definePages } from '@/app/registry'

export default definePages({
  module: 'webhooks',
  pages: [
    { path: '/settings/webhooks', name: 'webhooks', title: 'webhooks.title', component: () => import('./WebhooksPage.vue'), permission: 'webhooks.read', settings: { section: 'system', label: 'webhooks.title', order: 30 }, also: 'webhook tuisong tongzhi huidiao' },
  ],
})
