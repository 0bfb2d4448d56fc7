import { UserPlus } from '@lucide/vue'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'access',
  pages: [
    { path: '/settings/users', name: 'users', title: 'access.users.title', component: () => import('./UsersPage.vue'), permission: 'access.manage', settings: { section: 'people', label: 'access.users.title', order: 30 }, also: 'zh zhanghao accounts users' },
    { path: '/settings/roles', name: 'roles', title: 'access.roles.title', component: () => import('./RolesPage.vue'), permission: 'access.manage', settings: { section: 'people', label: 'access.roles.title', order: 40 }, also: 'js jiaose quanxian roles permissions' },
    { path: '/settings/sign-in', name: 'sign-in-rules', title: 'access.sign_in.title', component: () => import('./SignInRulesPage.vue'), permission: 'access.manage', settings: { section: 'people', label: 'access.sign_in.title', order: 50 }, also: 'dl denglu fangshi sso sign in two step' },
    { path: '/settings/second-factor', name: 'second-factor', title: 'access.second_factor.title', component: () => import('./SecondFactorPage.vue'), settings: { section: 'system', label: 'access.second_factor.title', order: 29 }, also: 'lb liangbu yanzheng totp two step' },
    { path: '/settings/tokens', name: 'tokens', title: 'access.tokens.title', component: () => import('./TokensPage.vue'), settings: { section: 'system', label: 'access.tokens.title', order: 30 }, also: 'lp lingpai api tokens' },
  ],
  palette: [{ id: 'user.new', label: 'access.users.new', also: 'xjzh new account user', icon: UserPlus, permission: 'access.manage', to: { name: 'users', query: { open: 'new' } } }],
})
