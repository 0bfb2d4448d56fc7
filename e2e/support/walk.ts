import type { Browser } from '@playwright/test'
import { Api } from './api.ts'
import { faults } from './axe.ts'
import { Visitor } from './people.ts'
import { SHELL, addresses, registeredRoutes } from './routes.ts'
import { HOSTILE, samples } from './samples.ts'
import { expect, test } from './test.ts'
import { text } from './texts.ts'

let known: Record<string, string> = {}

/** Makes one of each thing pages show, once for an installation. */
async function furnish(browser: Browser): Promise<void> {
  if (Object.keys(known).length) return
  const context = await browser.newContext()
  const api = new Api(context.request)
  await api.signIn()
  // A customer who writes markup, so that every screen has some to show.
  const visitor = new Visitor(await context.newPage())
  await visitor.arrive(process.env.ZHIKE_URL)
  await visitor.say(HOSTILE)
  await visitor.delivered()
  known = await samples(api)
  await context.close()
}

const ROUTES = [...SHELL, ...registeredRoutes()]
/** A walk is so many tests long: each stays well within its time on a slow machine. */
const PARTS = 6

/** The tests that walk through every page of the console in these languages. */
export function walkThrough(locales: ('zh-CN' | 'zh-TW' | 'en')[]): void {
  test.beforeAll(({ browser }) => furnish(browser))

  for (const [locale, part] of locales.flatMap((locale) => Array.from({ length: PARTS }, (_, part) => [locale, part] as const))) {
    test(`every page is ${locale === 'zh-CN' ? 'accessible in both themes, ' : ''}quiet and safe · ${locale} · ${part + 1} of ${PARTS}`, async ({ page, api, signedIn }) => {
      test.setTimeout(240_000)
      // The language is the account's; the theme, without one of one's own, the device's.
      await api.patch('/session', { locale })
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      page.on('response', (answer) => answer.status() >= 400 && complaints.push(`${page.url()}: ${answer.status()} ${answer.url()}`))
      page.on('dialog', (dialog) => {
        complaints.push(`${page.url()}: a dialog opened: ${dialog.message()}`)
        void dialog.dismiss()
      })

      const walk = ROUTES.filter((_, at) => at % PARTS === part).flatMap((route) => addresses(route, known))
      for (const address of part === 0 ? [...walk, '/demo/widget'] : walk) {
        await test.step(address, async () => {
          await page.goto(address)
          await expect(page.getByRole('main').or(page.getByRole('region')).or(page.getByRole('dialog')).first()).toBeVisible()
          // Lists are there when nothing is being fetched any more.
          await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
          if (await page.getByText(text('shell.broken.title', {}, locale)).count()) complaints.push(`${address}: the page broke`)
          // A language changes neither structure nor colour: it may break a page, or its width.
          for (const theme of locale === 'zh-CN' ? (['light', 'dark'] as const) : []) complaints.push(...(await faults(page, theme)).map((fault) => `${address}: ${fault}`))
          if (await page.evaluate(() => '__ran' in window)) complaints.push(`${address}: a script in a text ran`)
          if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) complaints.push(`${address}: wider than the window`)
        })
      }
      await api.patch('/session', { locale: 'zh-CN' })
      expect(complaints.join('\n')).toBe('')
    })
  }
}
