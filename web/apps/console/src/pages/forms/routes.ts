import { definePages } from '@/app/registry'

export default definePages({
  module: 'forms',
  pages: [{ path: '/settings/forms', name: 'form-design', title: 'forms.title', component: () => import('./DesignPage.vue'), permission: 'forms.design', settings: { section: 'desk', label: 'forms.title', order: 61 }, also: 'bdsj biaodan ziduan form fields design' }],
})
