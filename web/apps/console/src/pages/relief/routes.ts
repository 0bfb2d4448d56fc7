import { definePages } from '@/app/registry'

export default definePages({
  module: 'relief',
  pages: [
    { path: '/relief', name: 'relief', title: 'relief.title', component: () => import('./ReliefPage.vue'), permission: 'relief.read', under: 'floor', also: 'jdyl jiedai yali huanchong ruma relief abuse stress' },
    { path: '/settings/relief-rules', name: 'relief-rules', title: 'relief.rules.title', component: () => import('./RulesPage.vue'), permission: 'relief.rules', settings: { section: 'desk', label: 'relief.rules.title', order: 70 }, also: 'hcgz huanchong guize relief pauses' },
  ],
})
