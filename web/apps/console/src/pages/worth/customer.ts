import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  tiles: [{ key: 'worth', order: 30, permission: 'worth.read', component: () => import('./WorthTile.vue') }],
  panels: [{ key: 'worth', order: 30, permission: 'worth.read', component: () => import('./WorthPanel.vue') }],
})
