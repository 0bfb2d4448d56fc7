import type { Page } from '@playwright/test'
import type { Api } from '../support/api.ts'
import { Visitor } from '../support/people.ts'
import { type Site, type SitePage, shop, startSite } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

interface Channel {
  id: string
  public_key: string
  version: number
}

const BASE = () => process.env.ZHIKE_URL ?? ''
const sites: Site[] = []
test.afterAll(() => Promise.all(sites.map((site) => site.stop())))

async function site(pages: Record<string, SitePage>): Promise<Site> {
  const made = await startSite(pages)
  sites.push(made)
  return made
}

/** A channel of this test's own, for the pages of these origins. */
const open = (api: Api, allowed_origins: string[] = []): Promise<Channel> => api.post('/channels', { kind: 'web_chat', name: `嵌入 ${Math.random()}`, allowed_origins })

/** Opens the chat of a shop's page and says something. */
async function talks(page: Page, address: string): Promise<void> {
  const visitor = new Visitor(page)
  await visitor.arrive(address, '/')
  await visitor.say('在吗')
  await visitor.delivered()
  await expect(visitor.messages).toHaveText(['在吗'])
}

test('a page of an allowed origin talks, a foreign one cannot even frame the chat', async ({ page, api, signedIn, someone }) => {
  const pages: Record<string, SitePage> = {}
  const allowed = await site(pages)
  const foreign = await site(pages)
  const channel = await open(api, [allowed.origin])
  pages['/'] = { html: shop(BASE(), channel.public_key) }
  pages['/frame'] = { html: `<iframe src="${BASE()}/widget/frame?channel=${channel.public_key}"></iframe>` }

  await talks(page, allowed.origin)

  const stranger = await someone()
  const refused = stranger.waitForEvent('console', (line) => /frame-ancestors/.test(line.text()))
  await stranger.goto(`${foreign.origin}/frame`)
  await refused
  await stranger.goto(`${foreign.origin}/`)
  await stranger.locator('#zhike .launcher').click()
  await expect(stranger.frameLocator('#zhike iframe').getByRole('main')).toHaveCount(0)
})

test('before it is opened the chat costs one small request, no cookie and no shift', async ({ page, api, signedIn }) => {
  const channel = await open(api)
  const { origin } = await site({ '/': { html: shop(BASE(), channel.public_key) } })
  await page.context().clearCookies()
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as unknown as { shift: number }).shift += (entry as unknown as { value: number }).value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  const asked: string[] = []
  page.on('request', (request) => request.url().startsWith(BASE()) && asked.push(new URL(request.url()).pathname))
  await page.goto(origin)
  const visitor = new Visitor(page)
  await expect(visitor.launcher).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(asked).toEqual(['/widget.js', `/widget/channels/${channel.public_key}`])
  expect(await page.context().cookies()).toEqual([])
  await visitor.open()
  expect(await page.evaluate('window.shift')).toBe(0)
  // No secret stands in an address.
  expect(page.frames().map((frame) => frame.url()).join(' ')).not.toMatch(/token|v1\./)
})

test('a page with the strictest policy needs to name the host and nothing else', async ({ page, api, signedIn }) => {
  const channel = await open(api)
  const policy = `default-src 'none'; script-src ${BASE()}; frame-src ${BASE()}; connect-src ${BASE()}; require-trusted-types-for 'script'; trusted-types 'none'`
  const { origin } = await site({ '/': { html: shop(BASE(), channel.public_key), policy } })
  const complaints: string[] = []
  page.on('console', (line) => /Content Security Policy|Trusted/i.test(line.text()) && complaints.push(line.text()))
  await talks(page, origin)
  await expect(page.locator('#zhike .launcher')).toHaveCSS('width', '56px')
  expect(complaints).toEqual([])
})

test('a body that does not exist yet, and a tag that stands twice, do no harm', async ({ page, api, signedIn }) => {
  const channel = await open(api)
  const tag = `<script src="${BASE()}/widget.js" data-channel="${channel.public_key}"></script>`
  const { origin } = await site({ '/': { html: `<!doctype html><html><head><title>店</title>${tag}${tag}</head><body><h1>店</h1></body></html>` } })
  await talks(page, origin)
  await expect(page.locator('#zhike')).toHaveCount(1)
  // Some sites exchange their body when one goes on.
  await page.evaluate(() => {
    document.body = document.createElement('body')
  })
  await expect(page.locator('#zhike .launcher')).toBeVisible()
})

test('storage that throws is done without', async ({ page, api, signedIn }) => {
  const channel = await open(api)
  const { origin } = await site({ '/': { html: shop(BASE(), channel.public_key) } })
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
    }
  })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await talks(page, origin)
  expect(errors).toEqual([])
})

test('what the page calls before the script is there is done when it is', async ({ page, api, signedIn }) => {
  const channel = await open(api)
  const calls = `<script>
    window.Zhike = window.Zhike || function () { (Zhike.q = Zhike.q || []).push(arguments) }
    window.events = []
    for (const name of ['ready', 'open', 'close', 'message', 'unread', 'error']) Zhike('on', name, () => events.push(name))
    Zhike('boot', { channel: '${channel.public_key}', locale: 'en', side: 'left' })
    Zhike('prefill', 'About order 7')
    Zhike('setAttributes', { plan: 'gold' })
    Zhike('open')
  </script>`
  const html = `<!doctype html><html><head><title>店</title>${calls}<script async src="${BASE()}/widget.js"></script></head><body><h1>店</h1></body></html>`
  const { origin } = await site({ '/': { html } })
  await page.goto(origin)
  const frame = page.frameLocator('#zhike iframe')
  const field = frame.getByRole('textbox', { name: 'Type a message' })
  await expect(field).toHaveValue('About order 7')
  await field.press('Enter')
  await expect(frame.locator('.pending')).toHaveCount(0)
  expect((await page.locator('#zhike').boundingBox())?.x).toBe(24)
  await page.evaluate("Zhike.close(); Zhike('logout')")
  await expect.poll(() => page.evaluate('window.events')).toEqual(expect.arrayContaining(['ready', 'open', 'close']))
  // Signed out, the next person sees nothing of the last.
  await page.evaluate("Zhike('open')")
  await expect(frame.locator('.with-more')).toHaveCount(0)
})

test('a channel that is not there shows no button, and the page is told', async ({ page }) => {
  const told = `<script>window.Zhike = window.Zhike || function () { (Zhike.q = Zhike.q || []).push(arguments) }; window.errors = []; Zhike('on', 'error', (error) => errors.push(error.code))</script>`
  const { origin } = await site({ '/': { html: shop(BASE(), 'wk_nobody', told) } })
  await page.goto(origin)
  await expect.poll(() => page.evaluate('window.errors')).toEqual(['not_found'])
  await expect(page.locator('#zhike .launcher')).toBeHidden()
})
