import { defineCustomerParts } from './sections'

export default defineCustomerParts({
  tiles: [{ key: 'last', order: 10, component: () => import('./LastContactTile.vue') }],
  panels: [
    { key: 'contact', order: 10, component: () => import('./ContactPanel.vue') },
    { key: 'met', order: 80, component: () => import('./MetPanel.vue') },
  ],
  tabs: [{ key: 'timeline', order: 10, label: 'customers.timeline.title', component: () => import('./TimelineTab.vue') }],
})
