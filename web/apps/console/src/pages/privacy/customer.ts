import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  marks: [{ key: 'do-not-contact', order: 60, permission: 'privacy.read', component: () => import('./PeaceMark.vue') }],
  tabs: [{ key: 'privacy', order: 60, label: 'privacy.tab', permission: 'privacy.read', component: () => import('./ConsentsTab.vue') }],
})
