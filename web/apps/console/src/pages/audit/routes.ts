import { definePages } from '@/app/registry'

export default definePages({
  module: 'audit',
  pages: [
    { path: '/settings/audit', name: 'audit', title: 'audit.title', component: () => import('./AuditPage.vue'), permission: 'audit.read', settings: { section: 'system', label: 'audit.title', order: 10 }, also: 'sj sjrz shenji audit trail' },
  ],
})
