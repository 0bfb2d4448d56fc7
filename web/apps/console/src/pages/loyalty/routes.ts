import { Gem, Gift } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'loyalty',
  pages: [
    { path: '/loyalty', name: 'loyalty', title: 'loyalty.title', component: () => import('./MembersPage.vue'), permission: 'loyalty.read', rail: { icon: Gem, label: 'loyalty.rail', section: 'customers', order: 32 }, also: 'hyjf huiyuan jifen members points loyalty tier' },
    { path: '/loyalty/rewards', name: 'rewards', title: 'loyalty.rewards.title', component: () => import('./RewardsPage.vue'), permission: 'loyalty.read', under: 'loyalty', also: 'dhjp duihuan jiangpin lipin rewards redemptions' },
    { path: '/loyalty/figures', name: 'loyalty-figures', title: 'loyalty.figures.title', component: () => import('./FiguresPage.vue'), permission: 'loyalty.figures', under: 'loyalty', also: 'jfzz jifen zongzhang points liability' },
    { path: '/settings/loyalty', name: 'loyalty-programme', title: 'loyalty.programme.title', component: () => import('./ProgrammePage.vue'), permission: 'loyalty.manage', settings: { section: 'desk', label: 'loyalty.programme.title', order: 90 }, also: 'jfgz jifen guize huiyuan dengji points rules tiers' },
  ],
  palette: [
    { id: 'loyalty.rewards', label: 'loyalty.rewards.title', also: 'dhjp duihuan jiangpin lipin rewards', icon: Gift, permission: 'loyalty.read', to: { name: 'rewards' } },
    { id: 'loyalty.figures', label: 'loyalty.figures.title', also: 'jfzz jifen zongzhang liability', icon: Gem, permission: 'loyalty.figures', to: { name: 'loyalty-figures' } },
  ],
})
