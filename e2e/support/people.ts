import { type FrameLocator, type Locator, type Page, expect } from '@playwright/test'
import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { ADMINISTRATOR, Api } from './api.ts'
import { text } from './texts.ts'

const said = textsFor(['zh-CN']).texts

/** A customer in front of a page with the widget: the trial page unless told otherwise. */
export class Visitor {
  readonly page: Page
  /** What stands in the page: the button, the badge, the last words. */
  readonly launcher: Locator
  /** The panel behind it. */
  readonly frame: FrameLocator
  /** The messages shown, greeting and times left out. */
  readonly messages: Locator
  /** Where one writes. */
  readonly field: Locator

  constructor(page: Page) {
    this.page = page
    this.launcher = page.locator('#zhike .launcher')
    this.frame = page.frameLocator('#zhike iframe')
    this.messages = this.frame.getByRole('log').locator('.with-more > .bubble, .bubble.pending')
    this.field = this.frame.getByLabel(said.input, { exact: true })
  }

  /** Whatever the hour is where this runs, the department is open for them. */
  async inHours(): Promise<void> {
    await this.page.route('**/widget/channels/*', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ json: { ...((await answer.json()) as object), open: true }, headers: { 'access-control-allow-origin': '*' } })
    })
  }

  /** Opens the page and the chat, and waits until it stands. */
  async arrive(base = '', path = '/demo/widget'): Promise<void> {
    await this.page.goto(`${base}${path}`)
    await this.open()
    await expect(this.frame.locator('.status.ready')).toBeVisible()
  }

  async open(): Promise<void> {
    await this.launcher.click()
    await expect(this.frame.getByRole('main')).toBeVisible()
  }

  /** Writes and sends; does not wait for the server. */
  async say(words: string): Promise<void> {
    await this.field.fill(words)
    await this.field.press('Enter')
  }

  /** Waits until the server has acknowledged everything said. */
  async delivered(): Promise<void> {
    await expect(this.frame.locator('.pending')).toHaveCount(0)
  }

  /** Waits until the server is there again. */
  async online(): Promise<void> {
    await expect(this.frame.locator('.status.lost, .status.connecting')).toHaveCount(0)
  }

  /** What one can do with the message of this number among those shown. */
  async act(at: number, verb: 'quote' | 'recall' | 'copy'): Promise<void> {
    const line = this.messages.nth(at).locator('xpath=ancestor::div[contains(concat(" ", @class, " "), " line ")]')
    await line.hover()
    await line.getByRole('button', { name: said.more }).click()
    await line.getByRole('button', { name: said[verb], exact: true }).click()
  }
}

/** A colleague in front of the console. */
export class Agent {
  readonly page: Page
  /** The transcript of the open conversation. */
  readonly log: Locator
  /** The messages in it. */
  readonly messages: Locator

  constructor(page: Page) {
    this.page = page
    this.log = page.getByRole('log')
    this.messages = this.log.locator('.text-base')
  }

  /** Makes the administrator of an empty installation and signs them in; the set-up's pages have a test of their own. */
  async setUp(base: string): Promise<void> {
    const { page } = this
    await new Api(page.request, base).signIn()
    await page.goto(base)
    await expect(page).not.toHaveURL(/setup|sign-in/)
  }

  /** Signs in with an account there is. */
  async signIn(base: string, login: string): Promise<void> {
    const { page } = this
    await page.goto(`${base}/sign-in`)
    await page.getByLabel(text('shell.sign_in.login')).fill(login)
    await page.getByLabel(text('shell.sign_in.password')).fill(ADMINISTRATOR.password)
    await page.getByRole('button', { name: text('shell.sign_in.verb') }).click()
    await expect(page).not.toHaveURL(/sign-in/)
  }

  /** Where replies are written. */
  get field(): Locator {
    return this.page.getByRole('region', { name: text('conversations.composer') }).locator('textarea')
  }

  /** The rows of the list, by what stands in them. */
  row(words: string | RegExp): Locator {
    return this.page.getByRole('listitem').getByRole('button').filter({ hasText: words })
  }

  /** Declares readiness: from now on conversations are offered. */
  async ready(): Promise<void> {
    const mine = text('routing.presence.mine', { state: '' })
    await this.page.getByRole('button', { name: mine }).click()
    await this.page.getByRole('menuitem', { name: new RegExp(`^${text('routing.presence.ready')}`) }).click()
    await expect(this.page.getByRole('button', { name: text('routing.presence.mine', { state: text('routing.presence.ready') }) })).toBeVisible()
  }

  /** Takes the conversation that is being offered, and waits until it is the one that is open. */
  async accept(): Promise<void> {
    const taken = this.page.waitForResponse((answer) => answer.url().endsWith('/acceptance') && answer.ok())
    await this.page.getByRole('alert').getByRole('button', { name: text('conversations.offer.accept') }).click()
    const { id } = (await (await taken).json()) as { id: string }
    await expect(this.page).toHaveURL(new RegExp(`/conversations/${id}`))
  }

  /** Writes a reply into the open conversation and sends it; does not wait for the server. */
  async reply(words: string): Promise<void> {
    // Not into what is still open for notes alone, until one has taken the conversation.
    const field = this.page.getByRole('textbox', { name: text('conversations.reply_to', { name: '' }).replace('…', '') })
    await field.fill(words)
    await field.press('Enter')
  }
}

/** Both sides show exactly these words, once and in this order. */
export async function bothSee(visitor: Visitor, agent: Agent, words: string[]): Promise<void> {
  await expect(visitor.messages).toHaveText(words)
  await expect(agent.messages).toHaveText(words)
}
