import { ClipboardPen } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'stewards',
  pages: [
    { path: '/intake', name: 'intake', title: 'stewards.title', component: () => import('./IntakePage.vue'), permission: 'stewards.read', rail: { icon: ClipboardPen, label: 'stewards.rail', section: 'customers', order: 31 }, also: 'jd jiandang meiri tiqu intake' },
    { path: '/intake/updates', name: 'record-updates', title: 'stewards.updates.title', component: () => import('./UpdatesPage.vue'), permission: 'stewards.read', under: 'intake', also: 'gx gengxin dangan records' },
    { path: '/intake/first-contacts', name: 'first-contacts', title: 'stewards.first.title', component: () => import('./FirstContactsPage.vue'), permission: 'stewards.read', under: 'intake', also: 'scgt shouci goutong first contact' },
    { path: '/intake/market', name: 'market-reports', title: 'stewards.market.title', component: () => import('./MarketPage.vue'), permission: 'stewards.read', under: 'intake', also: 'scdt shichang dongtai pianqu market territory' },
    { path: '/settings/intake-rules', name: 'intake-rules', title: 'stewards.rules.title', component: () => import('./RulesPage.vue'), permission: 'stewards.rules', settings: { section: 'desk', label: 'stewards.rules.title', order: 90 }, also: 'jdsx jiandang shixian intake rules' },
  ],
})
