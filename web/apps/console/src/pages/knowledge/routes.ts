import { BookOpenText } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'knowledge',
  pages: [
    { path: '/articles', name: 'articles', title: 'knowledge.title', component: () => import('./ArticlesPage.vue'), permission: 'knowledge.read', rail: { icon: BookOpenText, label: 'knowledge.rail', order: 34 }, also: 'zsk zhishiku wenzhang knowledge articles' },
    { path: '/knowledge-gaps', name: 'knowledge-gaps', title: 'knowledge.gaps.title', component: () => import('./GapsPage.vue'), permission: 'knowledge.write', under: 'articles', also: 'zsqk zhishi quekou gaps' },
    { path: '/settings/canned-replies', name: 'canned-replies', title: 'knowledge.canned.title', component: () => import('./CannedRepliesPage.vue'), permission: 'knowledge.read', settings: { section: 'desk', label: 'knowledge.canned.title', order: 40 }, also: 'kjhf kuaijie huifu canned replies' },
  ],
})
