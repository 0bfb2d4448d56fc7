import { definePages } from '@/app/registry'

export default definePages({
  module: 'sms',
  pages: [
    { path: '/settings/sms-gateways', name: 'sms-gateways', title: 'sms.title', component: () => import('./SmsGatewaysPage.vue'), permission: 'channels.read', settings: { section: 'desk', label: 'sms.title', order: 17 }, also: 'dx duanxin sms smpp gateway' },
    { path: '/settings/sms-opt-outs', name: 'sms-opt-outs', title: 'sms.opt_outs.title', component: () => import('./OptOutsPage.vue'), permission: 'channels.manage', settings: { section: 'desk', label: 'sms.opt_outs.title', order: 18 }, also: 'td tuiding dx sms opt out stop' },
  ],
})
