import { Gem } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'worth',
  pages: [
    { path: '/worth', name: 'worth', title: 'worth.title', component: () => import('./WorthPage.vue'), permission: 'worth.read', rail: { icon: Gem, label: 'worth.rail', section: 'customers', order: 33 }, also: 'jz jiazhi khjz rfm value clv' },
    { path: '/worth/lifecycle', name: 'lifecycle', title: 'worth.lifecycle', component: () => import('./LifecyclePage.vue'), permission: 'worth.read', under: 'worth', also: 'smzq shengming zhouqi lifecycle stages' },
    { path: '/worth/win-backs', name: 'win-backs', title: 'worth.win_back.title', component: () => import('./WinBacksPage.vue'), permission: 'worth.win_back', under: 'worth', also: 'wh wanhui win back churn' },
  ],
})
