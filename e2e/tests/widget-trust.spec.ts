import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { Api } from '../support/api.ts'
import { Agent, Visitor, bothSee } from '../support/people.ts'
import { QUESTIONS } from '../support/mock.ts'
import { expect, test } from '../support/test.ts'

const { texts } = textsFor(['zh-CN'])
/** The smallest picture there is: one red point. */
const POINT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

interface Channel {
  id: string
  public_key: string
  version: number
  settings: object
}

test('a customer answers, talks, sends pictures, takes back, quotes and rates', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: '商城' })
  await api.patch(`/channels/${channel.id}`, { version: channel.version, settings: { ...channel.settings, pre_chat: QUESTIONS } })
  await agent.ready()

  const visitor = new Visitor(await someone())
  const { frame, page } = visitor
  await visitor.inHours()
  await page.goto(`${fresh.url}/demo/widget?channel=${channel.public_key}`)
  await visitor.open()
  // Nothing is agreed to beforehand, and nothing begins without it.
  await expect(frame.getByRole('checkbox')).not.toBeChecked()
  await frame.getByLabel('怎么称呼您').fill('韩女士')
  await frame.getByText('售后', { exact: true }).click()
  const begin = frame.locator('button[type=submit]')
  await begin.click()
  await expect(frame.getByText(texts.need_consent)).toBeVisible()
  await frame.getByRole('checkbox').check()
  await begin.click()
  await expect(visitor.field).toBeVisible()
  await visitor.say('引擎盖上有好几圈印子')
  await visitor.delivered()
  await agent.accept()
  await agent.reply('请拍张照片')
  await bothSee(visitor, agent, ['引擎盖上有好几圈印子', '请拍张照片'])

  for (const [kind, name] of [['paste', '粘贴.png'], ['drop', '拖入.png']] as const) {
    await visitor.field.evaluate(
      (field, { kind, name, point }) => {
        const transfer = new DataTransfer()
        transfer.items.add(new File([Uint8Array.from(atob(point), (char) => char.charCodeAt(0))], name, { type: 'image/png' }))
        const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }) : new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
        field.dispatchEvent(event)
      },
      { kind, name, point: POINT },
    )
    await expect(frame.getByRole('log').getByRole('img', { name })).toBeVisible()
  }
  await expect(frame.locator('.upload')).toHaveCount(0)

  await visitor.say('写错了')
  await visitor.delivered()
  await visitor.act(4, 'recall')
  await expect(frame.getByText(texts.recalled_own)).toBeVisible()

  await visitor.act(1, 'quote')
  await visitor.say('已经发了')
  await expect(visitor.messages.last()).toContainText('请拍张照片')
  await visitor.delivered()

  await frame.getByRole('button', { name: texts.finish }).click()
  await frame.getByRole('button', { name: texts.finish_yes, exact: true }).click()
  await frame.getByText(texts.solved, { exact: true }).click()
  await frame.locator('.scores label').nth(3).click()
  await frame.getByRole('button', { name: texts.rate }).click()
  await expect(frame.getByText(`${texts.rated} · 4 ${texts.scores[3]}`)).toBeVisible()

  // What was said of it is there after a reload, and can be changed.
  await page.reload()
  await expect(frame.getByText(`${texts.rated} · 4 ${texts.scores[3]}`)).toBeAttached()
})

test('two tabs are one customer, in step', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const one = new Visitor(await someone())
  const two = new Visitor(await one.page.context().newPage())
  await one.arrive(fresh.url)
  await two.arrive(fresh.url)
  await one.say('第一句')
  await expect(two.messages).toHaveText(['第一句'])
  await two.say('第二句')
  await expect(one.messages).toHaveText(['第一句', '第二句'])
  await agent.accept()
  await agent.reply('收到')
  for (const side of [one, two, agent]) await expect(side.messages).toHaveText(['第一句', '第二句', '收到'])
  // Somebody else in one tab is somebody else in both.
  await one.page.getByRole('button', { name: '换一位新访客' }).click()
  for (const side of [one, two]) await expect(side.messages).toHaveCount(0)
})

test('a draft and what was not sent outlive the page, the server and the network', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('一')
  await agent.accept()
  await agent.reply('二')
  await bothSee(visitor, agent, ['一', '二'])

  await visitor.field.fill('写了一半')
  await fresh.kill()
  await visitor.field.fill('三')
  await visitor.field.press('Enter')
  await visitor.field.fill('写了一半')
  await expect(visitor.messages).toHaveText(['一', '二', '三'])
  await fresh.restart()
  await bothSee(visitor, agent, ['一', '二', '三'])

  await visitor.page.context().setOffline(true)
  await visitor.say('四')
  await expect(visitor.frame.locator('.status.lost')).toBeVisible()
  await agent.reply('五')
  await visitor.page.context().setOffline(false)
  await visitor.delivered()
  await expect(visitor.messages).toHaveCount(5)
  await expect(agent.messages).toHaveCount(5)

  await visitor.field.fill('写了一半')
  await expect.poll(() => visitor.page.evaluate("localStorage.getItem('zhike.default.draft')")).toBe('写了一半')
  await visitor.page.reload()
  await expect(visitor.field).toHaveValue('写了一半')
  await expect(visitor.messages).toHaveCount(5)
})
