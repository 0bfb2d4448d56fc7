import { definePages } from '@/app/registry'

export default definePages({
  module: 'automation',
  pages: [
    { path: '/settings/automations', name: 'automations', title: 'automation.title', component: () => import('./AutomationsPage.vue'), permission: 'automation.read', settings: { section: 'desk', label: 'automation.title', order: 60 }, also: 'zdh zidonghua guize automation rules' },
    { path: '/settings/macros', name: 'macros', title: 'automation.macros.title', component: () => import('./MacrosPage.vue'), permission: 'conversations.reply', settings: { section: 'desk', label: 'automation.macros.title', order: 61 }, also: 'hong macros' },
  ],
})
