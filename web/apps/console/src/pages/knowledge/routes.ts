import { definePages } from '@/app/registry'

export default definePages({
  module: 'knowledge',
  pages: [
    { path: '/settings/canned-replies', name: 'canned-replies', title: 'knowledge.canned.title', component: () => import('./CannedRepliesPage.vue'), permission: 'knowledge.read', settings: { section: 'desk', label: 'knowledge.canned.title', order: 40 }, also: 'kjhf kuaijie huifu canned replies' },
  ],
})
