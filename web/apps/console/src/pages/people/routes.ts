import { definePages } from '@/app/registry'

export default definePages({
  module: 'people',
  pages: [
    { path: '/settings/units', name: 'units', title: 'people.units.title', component: () => import('./UnitsPage.vue'), permission: 'people.read', settings: { section: 'people', label: 'people.units.title', order: 10 }, also: 'bm bumen tuandui departments teams members' },
    { path: '/settings/posts', name: 'posts', title: 'people.posts.title', component: () => import('./PostsPage.vue'), permission: 'people.read', settings: { section: 'people', label: 'people.posts.title', order: 20 }, also: 'gw gangwei posts' },
    { path: '/settings/responsibilities', name: 'responsibilities', title: 'people.responsibilities.title', component: () => import('./ResponsibilitiesPage.vue'), permission: 'people.read', settings: { section: 'people', label: 'people.responsibilities.title', order: 25 }, also: 'zz zhize fengong raci responsibilities' },
  ],
})
