import { definePages } from '@/app/registry'

export default definePages({
  module: 'settings',
  pages: [
    { path: '/settings/organisation', name: 'organisation', title: 'settings.organisation.title', component: () => import('./OrganisationPage.vue'), permission: 'settings.manage', settings: { section: 'organisation', label: 'settings.organisation.title', order: 10 }, also: 'zz zuzhi organisation time zone' },
    { path: '/settings/business-hours', name: 'business-hours', title: 'settings.hours.title', component: () => import('./BusinessHoursPage.vue'), permission: 'settings.manage', settings: { section: 'organisation', label: 'settings.hours.title', order: 20 }, also: 'fwsj fuwushijian jiejiari business hours holidays' },
  ],
})
