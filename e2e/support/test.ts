import { type BrowserContext, type Page, test as base } from '@playwright/test'
import { Api } from './api.ts'
import { type Server, startServer } from './server.ts'

interface Fixtures {
  /** The API, called with the page's own session. */
  api: Api
  /** A page already signed in as the administrator of the shared installation. */
  signedIn: void
  /** An installation nobody has set up yet, for this test alone. */
  fresh: Server
  /** Opens a page in a browser of its own, as another person would; closed after the test. */
  someone: () => Promise<Page>
}

export const test = base.extend<Fixtures>({
  api: async ({ context }, use) => use(new Api(context.request)),
  signedIn: async ({ api }, use) => {
    await api.signIn()
    await use()
  },
  // Playwright reads what a fixture needs from its first parameter, which must be a pattern.
  fresh: async ({}, use, info) => {
    const server = await startServer(info.titlePath.join('-').replace(/[^\p{L}\p{N}]+/gu, '-'))
    await use(server)
    await server.stop()
  },
  someone: async ({ browser }, use) => {
    const opened: BrowserContext[] = []
    await use(async () => {
      const context = await browser.newContext()
      opened.push(context)
      return context.newPage()
    })
    for (const context of opened) await context.close()
  },
})

export { expect } from '@playwright/test'
