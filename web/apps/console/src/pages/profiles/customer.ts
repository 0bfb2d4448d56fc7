import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  panels: [{ key: 'fields', order: 20, component: () => import('./FieldsPanel.vue') }],
  tabs: [{ key: 'history', order: 90, label: 'profiles.history.title', component: () => import('./HistoryTab.vue') }],
})
