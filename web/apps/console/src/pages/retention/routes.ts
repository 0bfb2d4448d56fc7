import { definePages } from '@/app/registry'

export default definePages({
  module: 'retention',
  pages: [{ path: '/settings/retention', name: 'retention', title: 'retention.title', component: () => import('./RetentionPage.vue'), permission: 'retention.manage', settings: { section: 'system', label: 'retention.title', order: 45 }, also: 'bcqx baocun qixian qingchu retention keep delete' }],
})
