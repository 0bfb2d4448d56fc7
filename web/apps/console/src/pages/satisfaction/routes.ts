import { Smile } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'satisfaction',
  pages: [
    { path: '/satisfaction', name: 'satisfaction', title: 'satisfaction.title', component: () => import('./SatisfactionPage.vue'), permission: 'satisfaction.read', rail: { icon: Smile, label: 'satisfaction.rail', section: 'floor', order: 17 }, also: 'myd manyidu pingjia pingfen satisfaction csat rating' },
    { path: '/settings/satisfaction-rules', name: 'satisfaction-rules', title: 'satisfaction.rules.title', component: () => import('./RulesPage.vue'), permission: 'satisfaction.rules', settings: { section: 'desk', label: 'satisfaction.rules.title', order: 80 }, also: 'myddc manyidu diaocha survey csat' },
  ],
})
