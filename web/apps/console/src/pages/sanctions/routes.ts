import { Scale } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useSanctionBadge } from './useSanctions'

export default definePages({
  module: 'sanctions',
  pages: [
    // Without a permission: whom one concerns reads it, whatever their role.
    { path: '/sanctions', name: 'sanctions', title: 'sanctions.title', component: () => import('./SanctionsPage.vue'), rail: { icon: Scale, label: 'sanctions.rail', section: 'complaints', order: 28, badge: useSanctionBadge }, also: 'cf chufa shensu sanctions appeal' },
    { path: '/settings/sanctions', name: 'sanction-rules', title: 'sanctions.rules.title', component: () => import('./RulesPage.vue'), permission: 'sanctions.rules', settings: { section: 'desk', label: 'sanctions.rules.title', order: 60 }, also: 'cfsz chufa shezhi sanction rules' },
  ],
})
