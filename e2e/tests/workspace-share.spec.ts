import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r004 r052 a colleague is named in a note and takes part, the supervisor is asked and answers beside the conversation', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const lead = await hire(api, 'suhe', '苏禾', 'supervisor')
  const unit = await api.post<{ id: string; version: number }>('/units', { name: '在线', kind: 'team', lead_id: lead })
  for (const id of [lead, await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const other = await api.post<{ id: string }>('/units', { name: '技术', kind: 'team' })
  await api.put(`/members/${await hire(api, 'shenyan', '沈岩', 'agent')}`, { unit_id: other.id })

  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('网关一直重启')
  await linxiao.accept()

  // Named by initials in a note: the colleague takes part, and has a task.
  await linxiao.page.keyboard.press('Alt+n')
  await linxiao.field.pressSequentially('请@sy')
  await expect(linxiao.page.getByRole('option', { name: /沈岩/ })).toBeVisible()
  await linxiao.field.press('Enter')
  await expect(linxiao.field).toHaveValue('请@沈岩 ')
  await linxiao.field.pressSequentially('看一下日志')
  await linxiao.field.press('Enter')
  await expect(linxiao.log.getByText('@沈岩')).toBeVisible()
  await expect(linxiao.page.getByText(text('conversations.collaboration.with', { names: '沈岩' }))).toBeVisible()

  const shenyan = new Agent(await someone())
  await shenyan.signIn(fresh.url, 'shenyan')
  await shenyan.page.goto(`${fresh.url}/conversations`)
  await shenyan.row(/网关一直重启/).click()
  await expect(shenyan.page.getByText(text('conversations.silent.part', { name: '林筱' }))).toBeVisible()
  await expect(shenyan.page.getByRole('button', { name: text('conversations.transfer'), exact: true })).toHaveCount(0)
  // Who only takes part has nothing but notes to write.
  await shenyan.field.fill('固件太旧，升级即可')
  await shenyan.field.press('Enter')
  await expect(linxiao.log.getByText('固件太旧，升级即可')).toBeVisible()
  await expect(visitor.messages).toHaveText(['网关一直重启'])

  // Done: the conversation leaves their list.
  await shenyan.page.getByRole('button', { name: text('conversations.collaboration.done') }).click()
  await shenyan.page.getByRole('dialog').getByRole('button', { name: text('conversations.collaboration.done') }).click()
  await expect(shenyan.row(/网关一直重启/)).toHaveCount(0)
  await expect(linxiao.log.getByText(text('conversations.event.parted', { who: '沈岩' }))).toBeVisible()

  // The supervisor is asked from beside the conversation; the answer comes there.
  await linxiao.page.getByRole('button', { name: text('asks.new') }).click()
  await linxiao.page.getByRole('textbox', { name: text('asks.question') }).fill('过保三天能免费换件吗')
  await linxiao.page.getByRole('button', { name: text('asks.send') }).click()
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await suhe.page.goto(`${fresh.url}/asks`)
  await suhe.page.getByText('过保三天能免费换件吗').click()
  await suhe.page.getByLabel(text('asks.answer'), { exact: true }).fill('七天内按保内处理')
  await suhe.page.getByRole('dialog').getByRole('button', { name: text('asks.answer_verb'), exact: true }).click()
  const panel = linxiao.page.getByRole('complementary', { name: text('conversations.panel.title') })
  await expect(panel.getByText('七天内按保内处理')).toBeVisible()
  await expect(linxiao.log.getByText(text('conversations.event.ask_answered', { by: '苏禾', text: '七天内按保内处理' }))).toBeVisible()
})
