import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  panels: [{ key: 'complaints', order: 25, permission: 'complaints.read', component: () => import('./ComplaintsOf.vue') }],
})
