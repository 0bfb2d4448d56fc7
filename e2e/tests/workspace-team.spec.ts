import { ADMINISTRATOR, Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('a conversation is passed on with a word, watched without being read, and taken over', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string }>('/units', { name: '售后', kind: 'team' })
  for (const id of [await hire(api, 'suhe', '苏禾', 'agent'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await suhe.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('镀晶有印子')
  await suhe.accept()
  await suhe.reply('我转给同事')
  await expect(visitor.messages.last()).toHaveText('我转给同事')

  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  await suhe.page.keyboard.press('Alt+t')
  await suhe.page.getByRole('radio', { name: /林筱/ }).check()
  await suhe.page.getByLabel(text('conversations.transfer_to.note')).fill('售后判定，先致歉')
  await suhe.page.getByRole('dialog').getByRole('button', { name: text('conversations.transfer'), exact: true }).click()
  await expect(suhe.page.getByRole('dialog')).toHaveCount(0)

  // The other has the whole of it, with the word for them; the customer has not.
  await linxiao.row(/我转给同事|售后判定|镀晶/).click()
  await expect(linxiao.log.getByText('售后判定，先致歉')).toBeVisible()
  await expect(linxiao.messages).toHaveText(['镀晶有印子', '我转给同事'])
  await visitor.say('好的')
  await expect(linxiao.messages.last()).toHaveText('好的')
  await linxiao.reply('您好，我是林筱')
  await expect(visitor.messages).toHaveText(['镀晶有印子', '我转给同事', '好的', '您好，我是林筱'])

  // A supervisor looks on: what the customer says next stays unread.
  const address = linxiao.page.url()
  await linxiao.page.goto(`${fresh.url}/customers`)
  await boss.page.goto(address)
  await expect(boss.messages.last()).toHaveText('您好，我是林筱')
  await visitor.say('什么时候能好')
  await expect(boss.messages.last()).toHaveText('什么时候能好')
  const id = /cnv_\w+/.exec(address)?.[0] ?? ''
  await expect(async () => expect((await api.get<{ unread: number }>(`/conversations/${id}`)).unread).toBe(1)).toPass()

  // Who looks at the same is told to both at once, and that they no longer do.
  await linxiao.page.goto(address)
  await expect(boss.page.getByText(text('conversations.viewing', { names: '林筱' }))).toBeVisible()
  await expect(linxiao.page.getByText(text('conversations.viewing', { names: ADMINISTRATOR.name }))).toBeVisible()
  await linxiao.page.goto(`${fresh.url}/customers`)
  await expect(boss.page.getByText(text('conversations.viewing', { names: '林筱' }))).toBeHidden()

  await boss.page.getByRole('button', { name: text('conversations.take_over') }).click()
  await boss.reply('我来处理')
  await expect(visitor.messages.last()).toHaveText('我来处理')
})
