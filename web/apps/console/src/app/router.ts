import { t } from '@zhike/i18n'
import { createRouter, createWebHistory } from 'vue-router'
import { composeRoutes, pages } from './registry'
import { can, loadSession, me } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    permission?: string | undefined
    rail?: string
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('../pages/sign-in/SignInPage.vue'), meta: { open: true, title: 'shell.sign_in.title' } },
    { path: '/setup', name: 'setup', component: () => import('../pages/setup/SetupPage.vue'), meta: { open: true, title: 'setup.title' } },
    {
      path: '/',
      component: () => import('./Frame.vue'),
      children: [
        // Decided on entering, not by a redirect: those are taken before the session is known.
        { path: '', name: 'home', component: { render: () => null }, beforeEnter: () => home() },
        ...composeRoutes(() => import('./SettingsLayout.vue')),
        { path: 'forbidden', name: 'forbidden', component: () => import('./Forbidden.vue'), meta: { title: 'shell.forbidden.title' } },
        { path: ':rest(.*)*', name: 'not-found', component: () => import('./NotFound.vue'), meta: { title: 'shell.not_found.title' } },
      ],
    },
  ],
})

/** Where a person lands: the first rail page they may see. */
function home(): { name: string } {
  const first = pages
    .filter((page) => page.rail && !page.rail.foot && can(page.permission))
    .sort((a, b) => (a.rail?.order ?? 0) - (b.rail?.order ?? 0))[0]
  return { name: first?.name ?? 'settings' }
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const session = await loadSession().catch(() => undefined)
  if (!session) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  const wanted = to.matched.map((record) => record.meta.permission).find((permission) => permission !== undefined && !can(permission))
  // The page keeps its address, so that a grant given meanwhile is one reload away.
  if (wanted !== undefined) return { name: 'forbidden', replace: true }
  if (to.name === 'settings') return settingsHome() ?? true
  return true
})

/** The settings open on the first page the person may see. */
function settingsHome(): { name: string } | undefined {
  const first = settingsPages()[0]
  return first && { name: first.name }
}

/** The settings' pages a person may see, in the order of their list. */
export function settingsPages() {
  const sections = ['organisation', 'desk', 'people', 'system']
  return pages
    .filter((page) => page.settings && can(page.permission))
    .sort((a, b) => sections.indexOf(a.settings?.section ?? '') - sections.indexOf(b.settings?.section ?? '') || (a.settings?.order ?? 0) - (b.settings?.order ?? 0))
}

router.afterEach((to) => {
  const title = to.meta.title ? t(to.meta.title) : undefined
  document.title = title && me.value ? `${title} · ${t('shell.product')}` : t('shell.product')
})
