import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('several canned replies go in at once by keyboard, and what they ask is asked one after the other', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  for (const [code, title, words] of [
    ['yy', '预约', '为您约在{{?日期}}，请保持电话畅通。'],
    ['sf', '收费', '上门费{{?金额}}元，{{?日期}}当面付。'],
    ['xx', '感谢', '感谢您的来访。'],
  ]) {
    await api.post('/canned-replies', { code, title, text: words, scope: 'all', group: '' })
  }
  await agent.page.reload()
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('想约安装')
  await agent.accept()

  // Ticked one after the other, found by different words; the order is that of ticking.
  await agent.field.pressSequentially('/yy')
  await agent.field.press('Shift+Enter')
  await expect(agent.page.getByRole('status').filter({ hasText: text('conversations.canned.ticked', { n: '1' }) })).toBeVisible()
  for (const code of ['sf', 'xx']) {
    await agent.field.press('Backspace')
    await agent.field.press('Backspace')
    await agent.field.pressSequentially(code)
    await agent.field.press('Shift+Enter')
  }
  await expect(agent.page.getByRole('status').filter({ hasText: text('conversations.canned.ticked', { n: '3' }) })).toBeVisible()
  await agent.field.press('Enter')

  // Each question once, however many ask it.
  const dialog = agent.page.getByRole('dialog', { name: text('conversations.canned.prompts') })
  await dialog.getByLabel('日期', { exact: true }).fill('周五上午')
  await agent.page.keyboard.press('Enter')
  await expect(dialog.getByLabel('金额', { exact: true })).toBeFocused()
  await agent.page.keyboard.type('50')
  await agent.page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(agent.field).toHaveValue('为您约在周五上午，请保持电话畅通。\n\n上门费50元，周五上午当面付。\n\n感谢您的来访。')
  await agent.field.press('Enter')
  await expect(visitor.messages.last()).toContainText('感谢您的来访。')

  // Whoever does not know yet fills them in the field.
  await agent.field.pressSequentially('/yy')
  await agent.field.press('Shift+Enter')
  await agent.field.press('Backspace')
  await agent.field.press('Backspace')
  await agent.field.pressSequentially('sf')
  await agent.field.press('Shift+Enter')
  await agent.field.press('Enter')
  await dialog.getByRole('button', { name: text('conversations.canned.prompt_later') }).click()
  await expect(agent.field).toHaveValue(/为您约在‹日期›/)
  await expect(agent.page.getByRole('button', { name: text('conversations.send') }).first()).toBeDisabled()
})

test('r004 the head says who is responsible for what, and those are proposed first who support technically', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const posts: Record<string, string> = {}
  for (const name of ['客服主管', '客服专员', '技术支持']) posts[name] = (await api.post<{ id: string }>('/posts', { name })).id
  const unit = await api.post<{ id: string }>('/units', { name: '在线', kind: 'team' })
  for (const [login, name, post] of [['anan', '安安', '客服专员'], ['zhuoyan', '卓岩', '技术支持']] as const) {
    await api.put(`/members/${await hire(api, login, name, 'agent')}`, { unit_id: unit.id, post_id: posts[post] })
  }
  await boss.page.goto(`${fresh.url}/settings/responsibilities`)
  await expect(boss.page.getByText(text('people.responsibilities.proposal'))).toBeVisible()
  // What cannot stand is said at its row.
  const cell = (post: string, activity: string) => boss.page.getByLabel(text('people.responsibilities.part', { post, activity: text(`people.responsibilities.${activity}`) }), { exact: true })
  await cell('客服主管', 'inquiry').selectOption('')
  await boss.page.getByRole('button', { name: text('common.save') }).click()
  await expect(boss.page.getByRole('row', { name: new RegExp(text('people.responsibilities.inquiry')) }).getByRole('alert')).toHaveText(text('errors.fields.nobody_accountable'))
  await cell('客服主管', 'inquiry').selectOption('A')
  await boss.page.getByRole('button', { name: text('common.save') }).click()
  await expect(boss.page.getByText(text('people.responsibilities.changed'))).toBeVisible()
  await expect(boss.page.getByText(text('people.responsibilities.proposal'))).toHaveCount(0)

  await boss.page.goto(`${fresh.url}/conversations`)
  await boss.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('网关一直重启')
  await boss.accept()
  await boss.page.getByRole('button', { name: text('conversations.collaboration.title') }).first().click()
  const whom = boss.page.getByRole('radiogroup', { name: text('conversations.collaboration.whom') }).locator('label')
  await expect(whom).toHaveCount(2)
  await expect(whom.first()).toContainText('卓岩')
  await expect(whom.first()).toContainText(text('conversations.collaboration.part', { part: 'R' }))
})
