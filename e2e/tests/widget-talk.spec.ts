import type { Page } from '@playwright/test'
import { fill, textsFor } from '../../web/apps/widget/src/texts.ts'
import { ADMINISTRATOR } from '../support/api.ts'
import { QUESTIONS } from '../support/mock.ts'
import { Visitor } from '../support/people.ts'
import { shop, startSite } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

const said = textsFor(['zh-CN']).texts

interface Channel {
  id: string
  version: number
  public_key: string
}

/** What the browser has against the page, as it says it on the console. */
function complaints(page: Page): string[] {
  const found: string[] = []
  page.on('console', (message) => /Content Security Policy/i.test(message.text()) && found.push(message.text()))
  return found
}

test('a shop of another origin with a strict policy: questions, talk, two tabs, rating; no other site may frame it', async ({ api, signedIn, someone }) => {
  const base = process.env.ZHIKE_URL ?? ''
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: '青禾商城', settings: { pre_chat: QUESTIONS } })
  const policy = `default-src 'none'; script-src ${base}; connect-src ${base}; frame-src ${base}`
  const html = shop(base, channel.public_key)
  const [site, other] = [await startSite({ '/': { html, policy } }), await startSite({ '/': { html, policy } })]
  await api.patch(`/channels/${channel.id}`, { version: channel.version, allowed_origins: [site.origin] })

  // The questions come first; out of hours the first words go with them.
  const page = await someone()
  const faults = complaints(page)
  const visitor = new Visitor(page)
  await page.goto(site.origin)
  // The button has the channel's colour: the page may ask for it.
  expect(await page.evaluate(async (at) => (await fetch(at)).ok, `${base}/widget/channels/${channel.public_key}`)).toBe(true)
  await visitor.open()
  const form = visitor.frame.locator('form.form')
  await form.getByText('售后', { exact: true }).click()
  await form.getByLabel('怎么称呼您').fill('韩女士')
  await form.getByRole('checkbox').check()
  const word = form.getByLabel(said.word)
  const closed = (await word.count()) > 0
  if (closed) await word.fill('机器漏水')
  await form.locator('button[type=submit]').click()
  if (!closed) await visitor.say('机器漏水')
  await visitor.delivered()
  await expect(visitor.messages).toHaveText(['机器漏水'])

  const listed = async () => (await api.get<{ items: { id: string; customer_name: string; attributes: object }[] }>('/conversations?state=queued')).items.find((one) => one.customer_name === '韩女士')
  await expect.poll(listed).toMatchObject({ attributes: { topic: '售后' } })
  const { id = '' } = (await listed()) ?? {}
  const { user } = await api.get<{ user: { id: string } }>('/session')
  await api.post(`/conversations/${id}/assignment`, { assignee_id: user.id })
  await expect(visitor.frame.getByText(fill(said.event_assigned, { name: ADMINISTRATOR.name }))).toBeVisible()
  await api.post(`/conversations/${id}/messages`, { client_id: 'a', text: '您好，马上为您安排' })
  await expect(visitor.messages).toHaveText(['机器漏水', '您好，马上为您安排'])

  // A second tab goes on with the talk, and each sees what the other says.
  const second = new Visitor(await page.context().newPage())
  await second.page.goto(site.origin)
  await second.open()
  await expect(second.messages).toHaveText(['机器漏水', '您好，马上为您安排'])
  await second.say('谢谢')
  await second.delivered()
  await visitor.say('明天上午可以')
  await visitor.delivered()
  for (const tab of [visitor, second]) await expect(tab.messages).toHaveText(['机器漏水', '您好，马上为您安排', '谢谢', '明天上午可以'])

  await api.post(`/conversations/${id}/closure`, {})
  for (const tab of [visitor, second]) await expect(tab.frame.locator('form.rating')).toBeVisible()
  await visitor.frame.getByText(said.solved, { exact: true }).click()
  await visitor.frame.locator('.scores label').nth(3).click()
  await visitor.frame.getByRole('button', { name: said.rate }).click()
  await expect(visitor.frame.locator('.ended')).toContainText(said.rated)
  await expect.poll(async () => (await api.get<{ rating: object | null }>(`/conversations/${id}`)).rating).toMatchObject({ solved: true, score: 4 })
  expect(faults).toEqual([])

  const stranger = new Visitor(await someone())
  const refusals = complaints(stranger.page)
  await stranger.page.goto(other.origin)
  await stranger.launcher.click()
  await expect.poll(() => refusals.some((text) => text.includes('frame-ancestors'))).toBe(true)
  await expect(stranger.frame.getByRole('main')).toHaveCount(0)
  await site.stop()
  await other.stop()
})
