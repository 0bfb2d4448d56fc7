import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  marks: [{ key: 'tier', order: 20, permission: 'loyalty.read', component: () => import('./TierOf.vue') }],
  tiles: [{ key: 'points', order: 40, permission: 'loyalty.read', component: () => import('./PointsTile.vue') }],
  tabs: [{ key: 'points', order: 40, permission: 'loyalty.read', label: 'loyalty.points', component: () => import('./PointsTab.vue') }],
})
