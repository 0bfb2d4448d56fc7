import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { Agent, Visitor } from '../support/people.ts'
import { HOSTILE } from '../support/samples.ts'
import { call, shop, startSite } from '../support/site.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const said = textsFor(['zh-CN']).texts
const BASE = () => process.env.ZHIKE_URL ?? ''

interface Channel {
  id: string
  public_key: string
  version: number
  settings: object
}

test('what the page says of its visitor stands beside the talk, while it goes on too, as text', async ({ page, api, signedIn, someone }) => {
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: '资料' })
  const site = await startSite({ '/': { html: shop(BASE(), channel.public_key, call('setAttributes', { 会员: '金卡', 来源: HOSTILE }) + call('track', '看了破壁机')) } })
  const visitor = new Visitor(await someone())
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('这款有货吗')
  await visitor.delivered()
  const row = async () => (await api.get<{ items: { id: string; preview: string; attributes: Record<string, string>; trail: { name: string }[] }[] }>('/conversations')).items.find(({ preview }) => preview === '这款有货吗')
  await expect.poll(async () => (await row())?.trail.map(({ name }) => name)).toEqual(['看了破壁机'])

  const agent = new Agent(page)
  await page.goto(`/conversations/${(await row())?.id}`)
  const panel = page.getByRole('complementary', { name: text('conversations.panel.title') })
  await expect(panel.getByText('金卡')).toBeVisible()
  await expect(panel.getByText('看了破壁机')).toBeVisible()
  await visitor.page.evaluate(() => {
    const { Zhike } = window as unknown as { Zhike: (...args: unknown[]) => void }
    Zhike('setAttributes', { 会员: '钻石', 来源: null })
    Zhike('track', '<img src=x onerror=__ran=1>')
  })
  await expect(panel.getByText('钻石')).toBeVisible()
  await expect(panel.getByText('<img src=x onerror=__ran=1>')).toBeVisible()
  await expect(panel.getByText('来源')).toHaveCount(0)
  await expect(visitor.messages).toHaveText(['这款有货吗'])
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
  await expect(agent.messages).toHaveText(['这款有货吗'])
  await site.stop()
})

test('a site with a button of its own has no other, and what one does there may invite them; both are counted', async ({ page, api, signedIn, someone }) => {
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: '邀请计数' })
  const invitations = [
    { id: 'pay', text: '付款遇到问题了吗？', url_contains: 'event:pay_failed', after_seconds: 0, once_days: 1 },
    { id: 'other', text: '随便看看', url_contains: '/nowhere', after_seconds: 0, once_days: 1 },
  ]
  await api.patch(`/channels/${channel.id}`, { version: channel.version, settings: { ...channel.settings, invitations } })
  const bare = `<script async src="${BASE()}/widget.js" data-channel="${channel.public_key}" data-launcher="false"></script>`
  const site = await startSite({ '/': { html: shop(BASE(), channel.public_key) }, '/bare': { html: `<!doctype html><html><head><title>店</title>${bare}</head><body><button onclick="Zhike('open')">联系我们</button></body></html>` } })

  const own = new Visitor(await someone())
  await own.page.goto(`${site.origin}/bare`)
  await expect(own.page.locator('#zhike')).toBeAttached()
  await expect(own.launcher).toBeHidden()
  await own.page.getByRole('button', { name: '联系我们' }).click()
  await expect(own.frame.getByRole('main')).toBeVisible()
  await own.frame.getByRole('button', { name: said.close }).click()
  await expect(own.page.locator('#zhike iframe')).toBeHidden()

  const ignoring = new Visitor(await someone())
  const taking = new Visitor(await someone())
  for (const visitor of [ignoring, taking]) {
    await visitor.inHours()
    await visitor.page.goto(site.origin)
    await expect(visitor.launcher).toBeVisible()
    await visitor.page.evaluate(() => (window as unknown as { Zhike: (...args: unknown[]) => void }).Zhike('track', 'pay_failed'))
    await expect(visitor.page.locator('#zhike .say')).toHaveText('付款遇到问题了吗？')
  }
  await taking.page.locator('#zhike .say').click()
  await expect.poll(() => api.get(`/channels/${channel.id}/invitations`)).toEqual([
    { id: 'pay', shown: 2, accepted: 1 },
    { id: 'other', shown: 0, accepted: 0 },
  ])
  await page.goto(`/settings/channels?open=${channel.id}`)
  await page.getByRole('dialog').getByText(text('channels.tab.invitations'), { exact: true }).click()
  await expect(page.getByText(text('channels.invitations.figures', { shown: '2', accepted: '1' }))).toBeVisible()
  await site.stop()
})
