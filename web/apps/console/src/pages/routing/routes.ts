import { Activity } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'routing',
  pages: [
    { path: '/settings/queues', name: 'queues', title: 'routing.queues.title', component: () => import('./QueuesPage.vue'), permission: 'routing.watch', settings: { section: 'desk', label: 'routing.queues.title', order: 20 }, also: 'dl duilie zaigang queues presence' },
    { path: '/settings/presence-reasons', name: 'presence-reasons', title: 'routing.reasons.title', component: () => import('./PresenceReasonsPage.vue'), permission: 'routing.manage', settings: { section: 'desk', label: 'routing.reasons.title', order: 30 }, also: 'wjx yuanyin presence reasons' },
    { path: '/settings/skills', name: 'skills', title: 'routing.skills.title', component: () => import('./SkillsPage.vue'), permission: 'routing.manage', settings: { section: 'desk', label: 'routing.skills.title', order: 25 }, also: 'jn jineng skills' },
    { path: '/floor', name: 'floor', title: 'routing.floor.title', component: () => import('./FloorPage.vue'), permission: 'routing.watch', rail: { icon: Activity, label: 'routing.floor.rail', section: 'floor', order: 15 }, also: 'xc xianchang floor live' },
  ],
})
