import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  tiles: [{ key: 'promises', order: 20, permission: 'promises.read', component: () => import('./PromisesTile.vue') }],
  panels: [{ key: 'promises', order: 70, permission: 'promises.read', component: () => import('./PromisesOf.vue') }],
})
