import { defineCustomerParts } from '../customers/sections'

export default defineCustomerParts({
  marks: [{ key: 'tags', order: 10, component: () => import('./TagMarks.vue') }],
  tiles: [{ key: 'completeness', order: 15, component: () => import('./CompletenessTile.vue') }],
  panels: [
    { key: 'observations', order: 12, component: () => import('./ObservationsPanel.vue') },
    { key: 'who', order: 15, component: () => import('./WhoPanel.vue') },
    { key: 'fields', order: 20, component: () => import('./FieldsPanel.vue') },
    { key: 'addresses', order: 25, component: () => import('./AddressesPanel.vue') },
  ],
  tabs: [{ key: 'history', order: 90, label: 'profiles.history.title', component: () => import('./HistoryTab.vue') }],
})
