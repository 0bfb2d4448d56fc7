import { definePages } from '@/app/registry'

export default definePages({
  module: 'routing',
  pages: [
    { path: '/settings/queues', name: 'queues', title: 'routing.queues.title', component: () => import('./QueuesPage.vue'), permission: 'routing.watch', settings: { section: 'desk', label: 'routing.queues.title', order: 20 }, also: 'dl duilie zaigang queues presence' },
  ],
})
