import AxeBuilder from '@axe-core/playwright'
import { Api } from '../support/api.ts'
import { Visitor } from '../support/people.ts'
import { SHELL, addresses, registeredRoutes } from '../support/routes.ts'
import { HOSTILE, samples } from '../support/samples.ts'
import { expect, test } from '../support/test.ts'

let known: Record<string, string> = {}

test.beforeAll(async ({ browser }) => {
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
})

/** Serious faults only: lesser ones are looked at by people. */
const GRAVE = ['serious', 'critical']

for (const theme of ['light', 'dark'] as const) {
  for (const locale of ['zh-CN', 'en'] as const) {
    test(`every page is accessible, quiet and safe · ${theme} · ${locale}`, async ({ page, signedIn }) => {
      test.setTimeout(240_000)
      await page.addInitScript(
        ([theme, locale]) => {
          localStorage.setItem('zhike.theme', theme)
          localStorage.setItem('zhike.locale', locale)
        },
        [theme, locale] as const,
      )
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
      page.on('dialog', (dialog) => {
        complaints.push(`${page.url()}: a dialog opened: ${dialog.message()}`)
        void dialog.dismiss()
      })

      const walk = [...SHELL, ...registeredRoutes()].flatMap((route) => addresses(route, known))
      for (const address of [...walk, '/demo/widget']) {
        await test.step(address, async () => {
          await page.goto(address)
          await expect(page.getByRole('main').or(page.getByRole('region')).first()).toBeVisible()
          // Lists are there when nothing is being fetched any more.
          await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
          const { violations } = await new AxeBuilder({ page }).analyze()
          for (const fault of violations.filter((fault) => GRAVE.includes(fault.impact ?? ''))) {
            const where = fault.nodes.map((node) => node.html.slice(0, 160)).join('\n    ')
            complaints.push(`${address}: ${fault.id}: ${fault.help}\n    ${where}`)
          }
          if (await page.evaluate(() => '__ran' in window)) complaints.push(`${address}: a script in a text ran`)
        })
      }
      expect(complaints.join('\n')).toBe('')
    })
  }
}
