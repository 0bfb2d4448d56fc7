import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  panels: [{ key: 'opportunities', order: 75, permission: 'opportunities.read', component: () => import('./OpportunitiesOf.vue') }],
})
