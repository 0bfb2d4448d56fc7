import { Award, MessageSquareHeart } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useFeedbackBadge } from './useFeedback'

export default definePages({
  module: 'feedback',
  pages: [
    { path: '/feedback', name: 'feedback', title: 'feedback.title', component: () => import('./FeedbackPage.vue'), permission: 'feedback.read', rail: { icon: MessageSquareHeart, label: 'feedback.rail', section: 'complaints', order: 21, badge: useFeedbackBadge }, also: 'fk fankui jianyi yijian biaoyang feedback suggestions' },
    { path: '/feedback/figures', name: 'feedback-figures', title: 'feedback.figures.title', component: () => import('./FiguresPage.vue'), permission: 'feedback.read', under: 'feedback', also: 'fktj tongji baobiao feedback figures' },
    { path: '/wall', name: 'wall', title: 'feedback.wall.title', component: () => import('./WallPage.vue'), permission: 'feedback.wall', rail: { icon: Award, label: 'feedback.wall.rail', section: 'complaints', order: 23 }, also: 'byq biaoyangqiang wall praise recognition' },
    { path: '/settings/feedback', name: 'feedback-rules', title: 'feedback.rules.title', component: () => import('./RulesPage.vue'), permission: 'feedback.rules', settings: { section: 'desk', label: 'feedback.rules.title', order: 59 }, also: 'fksz fankui shezhi feedback levels' },
  ],
})
