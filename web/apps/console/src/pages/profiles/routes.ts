import { definePages } from '@/app/registry'

export default definePages({
  module: 'profiles',
  pages: [
    { path: '/settings/customer-fields', name: 'customer-fields', title: 'profiles.fields.title', component: () => import('./FieldsPage.vue'), permission: 'profiles.manage', settings: { section: 'desk', label: 'profiles.fields.title', order: 52 }, also: 'khzd kehu ziduan zidingyi custom fields' },
    { path: '/settings/customer-tags', name: 'customer-tags', title: 'profiles.tags.title', component: () => import('./TagsPage.vue'), permission: 'profiles.manage', settings: { section: 'desk', label: 'profiles.tags.title', order: 53 }, also: 'khbq kehu biaoqian customer tags' },
    { path: '/settings/wanted-details', name: 'wanted-details', title: 'profiles.completeness.title', component: () => import('./WantedPage.vue'), permission: 'profiles.manage', settings: { section: 'desk', label: 'profiles.completeness.title', order: 54 }, also: 'zlwzd ziliao wanzhengdu completeness' },
  ],
})
