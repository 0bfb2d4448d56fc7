import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  tiles: [{ key: 'orders', order: 40, permission: 'orders.read', component: () => import('./OrdersTile.vue') }],
  tabs: [{ key: 'orders', order: 20, label: 'orders.title', permission: 'orders.read', component: () => import('./OrdersTab.vue') }],
})
