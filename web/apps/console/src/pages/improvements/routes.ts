import { CalendarCheck2, ChartNoAxesCombined, ShieldCheck } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useImprovementBadge } from './useImprovements'

export default definePages({
  module: 'improvements',
  pages: [
    { path: '/improvements', name: 'improvements', title: 'improvements.title', component: () => import('./ImprovementsPage.vue'), permission: 'improvements.read', rail: { icon: ShieldCheck, label: 'improvements.rail', section: 'complaints', order: 24, badge: useImprovementBadge }, also: 'gj gaijin cuoshi capa improvement actions' },
    { path: '/complaint-costs', name: 'complaint-costs', title: 'improvements.costs.title', component: () => import('./CostsPage.vue'), permission: 'improvements.read', rail: { icon: ChartNoAxesCombined, label: 'improvements.costs.rail', section: 'complaints', order: 25 }, also: 'cb chengben wanhui recovery cost of complaints' },
    { path: '/complaint-outcomes', name: 'complaint-outcomes', title: 'improvements.outcomes.title', component: () => import('./OutcomesPage.vue'), permission: 'improvements.read', under: 'complaint-costs' },
    { path: '/month-reports', name: 'month-reports', title: 'improvements.months.title', component: () => import('./MonthPage.vue'), permission: 'improvements.read', rail: { icon: CalendarCheck2, label: 'improvements.months.rail', section: 'complaints', order: 26 }, also: 'yd yuedi zongjie month report' },
    { path: '/settings/root-causes', name: 'root-causes', title: 'improvements.causes.title', component: () => import('./CausesPage.vue'), permission: 'improvements.causes', settings: { section: 'desk', label: 'improvements.causes.title', order: 60 }, also: 'gy genyin root causes' },
    { path: '/settings/improvements', name: 'improvement-rules', title: 'improvements.rules.title', component: () => import('./RulesPage.vue'), permission: 'improvements.rules', settings: { section: 'desk', label: 'improvements.rules.title', order: 61 }, also: 'gjsz gaijin shezhi feilv rates' },
  ],
})
