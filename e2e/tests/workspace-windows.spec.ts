import type { Page } from '@playwright/test'
import { Agent, Visitor, bothSee } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const played = (page: Page) => page.evaluate(() => Number(document.documentElement.dataset['played'] ?? 0))
/** Calls that somebody makes now, and those who wait to be let: none may. */
const calls = (page: Page) => page.evaluate(async () => {
  const { held = [], pending = [] } = await navigator.locks.query()
  const ours = (locks: LockInfo[]) => locks.filter(({ name }) => name?.startsWith('zhike.call.')).length
  return { held: ours(held), pending: ours(pending) }
})

test('two windows of one colleague show the same: words, what is read, what is begun', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const one = new Agent(await someone())
  await one.setUp(fresh.url)
  await one.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('在吗')
  await one.accept()
  const two = new Agent(await one.page.context().newPage())
  await two.page.goto(one.page.url())

  await one.reply('在的')
  await visitor.say('好')
  await two.reply('请说')
  for (const agent of [one, two]) await bothSee(visitor, agent, ['在吗', '在的', '好', '请说'])

  // What one begins in one window goes on in the other, and is not sent from both.
  await one.field.fill('正在查')
  await expect(two.field).toHaveValue('正在查')
  await two.field.fill('正在查，稍等')
  await expect(one.field).toHaveValue('正在查，稍等')
  await two.field.press('Enter')
  await expect(one.field).toHaveValue('')
  for (const agent of [one, two]) await bothSee(visitor, agent, ['在吗', '在的', '好', '请说', '正在查，稍等'])

  // Unread in both while neither looks at it; read in one is read in both.
  for (const { page } of [one, two]) await page.goto(`${fresh.url}/conversations`)
  await visitor.say('还有一个问题')
  for (const { page } of [one, two]) await expect(page.getByRole('img', { name: text('conversations.unread', { n: 1 }) })).toBeVisible()
  await one.row('还有一个问题').click()
  for (const { page } of [one, two]) await expect(page.getByRole('img', { name: text('conversations.unread', { n: 1 }) })).toHaveCount(0)
})

test('of several windows one sounds and one shows a notice', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const one = new Agent(await someone())
  const context = one.page.context()
  // Nobody looks at any of the windows, and notices are allowed.
  await context.addInitScript(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
    localStorage.setItem('zhike.notices', JSON.stringify({ sound: true, notices: true }))
    const shown: string[] = []
    class Shown extends EventTarget {
      static permission = 'granted'
      static requestPermission = async () => 'granted'
      constructor(title: string, options: NotificationOptions) {
        super()
        shown.push(`${title}：${options.body}`)
      }
      close(): void {}
    }
    Object.assign(window, { Notification: Shown, __shown: shown })
  })
  await one.setUp(fresh.url)
  await one.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('在吗')
  await one.accept()
  // Read by an answer: nobody looks at the page, which does not read by itself.
  await one.reply('在的')
  await expect(visitor.messages.last()).toHaveText('在的')
  const windows = [one.page, await context.newPage(), await context.newPage()]
  // Elsewhere, so that the message is news in each; a page that begins anew has played nothing.
  for (const page of windows) {
    await page.goto(`${fresh.url}/customers`)
    await expect(page.getByRole('navigation').first()).toBeVisible()
    await expect(page).not.toHaveTitle(/^\(/)
  }
  // The call of the offer stands for a while: it is over when its lock is let go.
  await expect.poll(() => calls(one.page)).toEqual({ held: 0, pending: 0 })

  await visitor.say('有人吗')
  for (const page of windows) await expect(page).toHaveTitle(/^\(1\) /)
  await expect.poll(async () => (await Promise.all(windows.map(played))).reduce((sum, n) => sum + n, 0)).toBe(1)
  // Every window has heard of it and the call is over: nobody makes it a second time.
  await expect.poll(() => calls(one.page)).toEqual({ held: 0, pending: 0 })
  expect((await Promise.all(windows.map(played))).toSorted()).toEqual([0, 0, 1])
  const shown = await Promise.all(windows.map((page) => page.evaluate(() => (window as unknown as { __shown: string[] }).__shown)))
  expect(shown.flat()).toEqual([expect.stringContaining('有人吗')])
})
