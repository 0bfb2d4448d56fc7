import { OpenChannel } from '../../examples/open-channel/client.mjs'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { freePort } from '../support/server.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Heard {
  message: { text: string }
}

test('a whole shift: web chat, an app and a call, passed on, taken over, wrapped up, and the day signed', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string }>('/units', { name: '售后', kind: 'team' })
  for (const id of [await hire(api, 'suhe', '苏禾', 'agent'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })

  // An app of the company's own, by the example in the repository.
  const port = await freePort()
  const channel = await api.post<{ id: string; path: string }>('/open-channels', { name: '青禾 App', callback_url: `http://127.0.0.1:${port}/zhike`, inside: true })
  const { secret } = await api.post<{ secret: string }>(`/channels/${channel.id}/identity-secret`)
  const app = new OpenChannel({ url: fresh.url, key: channel.path.split('/').at(-1) ?? '', secret })
  const heard: string[] = []
  const server = await app.listen(port, '/zhike', ({ message }: Heard) => void heard.push(message.text))

  // The shift begins: ready, and somebody writes on the page, somebody in the app.
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await suhe.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('洗碗机漏水')
  await suhe.accept()
  await suhe.reply('您好，请拍一张照片')
  await expect(visitor.messages.last()).toHaveText('您好，请拍一张照片')
  await app.say({ id: 'm1', user: { id: 'u1', name: '韩女士' }, text: '包裹到哪了' })
  await suhe.accept()
  await expect(suhe.messages.last()).toHaveText('包裹到哪了')
  await suhe.reply('明天上午送到')
  await expect.poll(() => heard).toEqual(['明天上午送到'])

  // What the app asked for is done: wrapped up with a reason.
  await suhe.page.getByRole('button', { name: text('conversations.wrap_up_and_close') }).click()
  const wrapUp = suhe.page.getByRole('dialog')
  await wrapUp.getByRole('radio', { name: '查询进度' }).check()
  await wrapUp.getByRole('textbox', { name: text('conversations.wrap_up.note') }).fill('查到物流，明早派送')
  await suhe.page.keyboard.press('Control+Enter')
  await expect(wrapUp).toHaveCount(0)

  // Meanwhile the telephone: written down without the mouse.
  await suhe.page.keyboard.press('F4')
  await suhe.page.getByLabel(text('inquiries.phone')).fill('13812345678')
  await suhe.page.getByLabel(text('inquiries.asked')).fill('问保修几年')
  await suhe.page.getByLabel(text('inquiries.answer')).fill('整机三年')
  await suhe.page.keyboard.press('Control+Enter')
  await expect(suhe.page.getByRole('dialog')).toHaveCount(0)

  // The dishwasher goes to a colleague with a word, and a supervisor takes it over.
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  await suhe.row('洗碗机漏水').or(suhe.row('请拍一张照片')).first().click()
  await suhe.page.keyboard.press('Alt+t')
  await suhe.page.getByRole('radio', { name: /林筱/ }).check()
  await suhe.page.getByLabel(text('conversations.transfer_to.note')).fill('客户着急')
  await suhe.page.getByRole('dialog').getByRole('button', { name: text('conversations.transfer'), exact: true }).click()
  await expect(suhe.page.getByRole('dialog')).toHaveCount(0)
  await linxiao.row(/请拍一张照片|客户着急/).click()
  await expect(linxiao.log.getByText('客户着急')).toBeVisible()
  await linxiao.reply('我来处理')
  await expect(visitor.messages.last()).toHaveText('我来处理')
  await boss.page.goto(linxiao.page.url())
  await boss.page.getByRole('button', { name: text('conversations.take_over') }).click()
  await boss.reply('主管来电，今天上门')
  await expect(visitor.messages).toHaveText(['洗碗机漏水', '您好，请拍一张照片', '我来处理', '主管来电，今天上门'])
  await boss.page.getByRole('button', { name: text('conversations.wrap_up_and_close') }).click()
  await boss.page.getByRole('dialog').getByRole('radio', { name: '查询进度' }).check()
  await boss.page.keyboard.press('Control+Enter')
  await expect(boss.page.getByRole('dialog')).toHaveCount(0)

  // The team's day has a line for each contact of its people, and is signed.
  await boss.page.goto(`${fresh.url}/daily-records?unit=${unit.id}`)
  const sheet = boss.page.getByRole('group', { name: text('inquiries.daily.title') })
  await expect(sheet).toContainText('问保修几年')
  await expect(sheet).toContainText('包裹到哪了')
  await expect(sheet).toContainText('韩女士')
  await boss.page.getByRole('button', { name: text('inquiries.daily.sign') }).click()
  await boss.page.getByRole('dialog').getByRole('button', { name: text('inquiries.daily.sign') }).click()
  await expect(boss.page.getByText(/^林知夏 已签字/).first()).toBeVisible()
  server.close()
})
