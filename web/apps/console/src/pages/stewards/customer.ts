import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  panels: [{ key: 'owner', order: 60, permission: 'stewards.read', component: () => import('./OwnerPanel.vue') }],
})
