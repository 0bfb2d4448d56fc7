import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  marks: [{ key: 'contact-points', order: 70, permission: 'hygiene.read', component: () => import('./DeadMark.vue') }],
  tabs: [{ key: 'contact-points', order: 65, label: 'hygiene.tab', permission: 'hygiene.read', component: () => import('./ContactsTab.vue') }],
})
