import { Agent } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'
import { callAsWechat, Wechat, words } from '../support/wechat.ts'

test('an official account is connected, a customer writes, and what may still be said is shown before it runs out', async ({ fresh, someone, request }) => {
  test.setTimeout(90_000)
  const wechat = new Wechat()
  const platform = await wechat.start()
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const { page } = agent

  await page.goto(`${fresh.url}/settings/wechat-accounts?open=new`)
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel(text('wechat.name')).fill('青禾公众号')
  await drawer.getByLabel('AppID').fill('wxb11529c136998cb6')
  await drawer.getByLabel('AppSecret').fill('a-secret-of-nobody')
  await drawer.getByLabel(text('wechat.base_url')).fill(platform)
  const token = await drawer.getByLabel('Token', { exact: true }).inputValue()
  const key = await drawer.getByLabel('EncodingAESKey', { exact: true }).inputValue()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  // What must be taken over to WeChat is there once, and letter by letter.
  const place = drawer.getByRole('region', { name: text('wechat.take_over') })
  await expect(place.getByText(token)).toBeVisible()
  await expect(place.getByText(key)).toBeVisible()
  const address = (await place.locator('code').first().textContent()) ?? ''
  expect(address).toContain(`${fresh.url}/callbacks/wechat/wca_`)
  await drawer.getByRole('button', { name: text('wechat.probe') }).click()
  await expect(drawer.getByText(text('wechat.probe_good'))).toBeVisible()

  const keys = { token, key, app: 'wxb11529c136998cb6' }
  expect(await callAsWechat(request, address, { ...keys, token: 'another' }, words('oUser1', '1', '假的'))).toBe(403)
  await expect(drawer.getByText(text('wechat.refusals.mark'))).toBeVisible({ timeout: 15_000 })
  expect(await callAsWechat(request, address, keys, words('oUser1', '2', '净水器漏水，能报修吗？'))).toBe(200)
  await expect(drawer.getByText(text('wechat.states.active'))).toBeVisible({ timeout: 15_000 })

  await page.goto(`${fresh.url}/conversations`)
  await agent.ready()
  await agent.accept()
  await expect(agent.messages).toHaveText(['净水器漏水，能报修吗？'])
  await expect(page.getByText(text('delivery.limits.left', { n: '5' }))).toBeVisible()
  await agent.reply('可以的，已为您登记。')
  await expect(page.getByText(text('delivery.limits.left', { n: '4' }))).toBeVisible()
  await expect.poll(() => wechat.said.map(({ text }) => text?.content)).toEqual(['可以的，已为您登记。'])
  await expect(agent.log.getByText(text('delivery.state.sent'))).toBeVisible()

  // WeChat counts otherwise than we do: it is right.
  wechat.left = 0
  await agent.reply('师傅下午到。')
  await expect(agent.log.getByText(text('delivery.why.quota_spent')).first()).toBeVisible()
  await expect(page.getByText(text('delivery.limits.none'))).toBeVisible()
  wechat.left = 5
  expect(await callAsWechat(request, address, keys, words('oUser1', '3', '好的'))).toBe(200)
  await expect(page.getByText(text('delivery.limits.left', { n: '5' }))).toBeVisible()
  await agent.log.getByRole('button', { name: text('delivery.again') }).click()
  await expect.poll(() => wechat.said.at(-1)?.text?.content).toBe('师傅下午到。')
  wechat.stop()
})
