import { ShieldCheck } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useRequestBadge } from './useRequestBadge'

export default definePages({
  module: 'privacy',
  pages: [
    { path: '/privacy-requests', name: 'privacy-requests', title: 'privacy.requests.title', component: () => import('./RequestsPage.vue'), permission: 'privacy.handle', rail: { icon: ShieldCheck, label: 'privacy.requests.rail', section: 'customers', order: 42, badge: useRequestBadge }, also: 'grxx geren xinxi shanchu chayue pipl privacy requests' },
    { path: '/settings/consent-texts', name: 'consent-texts', title: 'privacy.texts.title', component: () => import('./ConsentTextsPage.vue'), permission: 'privacy.texts', settings: { section: 'desk', label: 'privacy.texts.title', order: 54 }, also: 'tys tongyishu yinsi consent texts' },
  ],
})
