import { definePages } from '@/app/registry'

export default definePages({
  module: 'jobs',
  pages: [
    { path: '/settings/jobs', name: 'jobs', title: 'jobs.title', component: () => import('./JobsPage.vue'), permission: 'settings.jobs', settings: { section: 'system', label: 'jobs.title', order: 20 }, also: 'ht houtai zuoye jobs dead letters' },
  ],
})
