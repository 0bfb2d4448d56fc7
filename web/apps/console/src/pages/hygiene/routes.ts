import { definePages } from '@/app/registry'

export default definePages({
  module: 'hygiene',
  pages: [
    { path: '/customers/flagged', name: 'flagged-customers', title: 'hygiene.title', component: () => import('./FlaggedPage.vue'), permission: 'hygiene.read', under: 'customers', also: 'dql daiqingli kehu guoqi wuxiao stale' },
    { path: '/customers/purges', name: 'purges', title: 'hygiene.purges.title', component: () => import('./PurgesPage.vue'), permission: 'hygiene.purge', under: 'customers', also: 'ql qingli jilu purge' },
    { path: '/settings/hygiene-rules', name: 'hygiene-rules', title: 'hygiene.rules.title', component: () => import('./RulesPage.vue'), permission: 'hygiene.rules', settings: { section: 'desk', label: 'hygiene.rules.title', order: 95 }, also: 'qlgz qingli guize stale rules' },
  ],
})
