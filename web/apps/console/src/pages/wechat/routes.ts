import { definePages } from '@/app/registry'

export default definePages({
  module: 'wechat',
  pages: [
    { path: '/settings/wechat-accounts', name: 'wechat-accounts', title: 'wechat.title', component: () => import('./WechatAccountsPage.vue'), permission: 'wechat.read', settings: { section: 'desk', label: 'wechat.title', order: 16 }, also: 'wx weixin gongzhonghao gzh kefu qywx wechat wecom' },
  ],
})
