import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  panels: [{ key: 'feedback', order: 26, permission: 'feedback.read', component: () => import('./FeedbackOf.vue') }],
})
