import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('a whole talk: canned reply with a gap, note, edit, recall, wrap-up', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  await api.post('/canned-replies', { code: 'yyfj', title: '预约复检', text: '{{customer.name}}您好，{{?时段}}可以吗？', scope: 'all', group: '' })
  await api.post('/wrap-up-reasons', { label: '退款' })
  await api.post('/wrap-up-reasons', { label: '复检' })
  await agent.page.reload()
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('引擎盖上有印子')
  await agent.accept()
  await expect(agent.messages).toHaveText(['引擎盖上有印子'])

  // Found by the initials of its title; the gap must be filled before it can be sent.
  await agent.field.pressSequentially('/yyfj')
  await expect(agent.page.getByRole('option', { name: /预约复检/ })).toBeVisible()
  await agent.field.press('Enter')
  await expect(agent.field).toHaveValue(/您好，‹时段›可以吗？$/)
  const send = agent.page.getByRole('button', { name: text('conversations.send') }).first()
  await expect(send).toBeDisabled()
  // The gap is chosen: what is typed takes its place.
  await agent.page.keyboard.type('下午两点')
  await agent.field.press('Enter')
  await expect(visitor.messages.last()).toHaveText(/您好，下午两点可以吗？$/)

  // A note is for colleagues: the customer is not told that there is one.
  await agent.page.keyboard.press('Alt+n')
  await agent.field.fill('先致歉再谈方案')
  await agent.field.press('Enter')
  await expect(agent.log.getByText('先致歉再谈方案')).toBeVisible()
  await agent.page.keyboard.press('Alt+n')

  await agent.reply('今天下午')
  await expect(visitor.messages.last()).toHaveText('今天下午')
  await expect(visitor.messages).toHaveCount(3)
  // The arrow in the empty field takes the last message up again.
  await agent.field.press('ArrowUp')
  await expect(agent.field).toHaveValue('今天下午')
  await agent.field.fill('明天下午')
  await agent.field.press('Enter')
  await expect(agent.messages.last()).toHaveText('明天下午')
  await expect(agent.log.getByText(text('conversations.edited')).first()).toBeVisible()

  await agent.page.keyboard.press('Alt+w')
  await agent.page.keyboard.press('2')
  await agent.page.keyboard.press('Control+Enter')
  await expect(agent.page.getByText(text('conversations.silent.closed'))).toBeVisible()
  await expect(agent.page.getByRole('complementary').getByText(text('conversations.panel.outcome'))).toBeVisible()
})

test('what was written and not sent survives a reload, and the list says so', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('在吗')
  await agent.accept()
  await agent.field.fill('马上为您')
  await agent.page.reload()
  await expect(agent.field).toHaveValue('马上为您')
  await agent.page.goto(fresh.url)
  await expect(agent.row('马上为您')).toContainText(text('conversations.draft'))
  // Unread is counted, and reading it settles it.
  await visitor.say('还在吗')
  await visitor.say('你好')
  const unread = agent.page.getByRole('img', { name: text('conversations.unread', { n: 2 }) })
  await expect(unread).toBeVisible()
  await expect(agent.page).toHaveTitle(/^\(2\) /)
  await agent.row('马上为您').click()
  await expect(unread).toHaveCount(0)
  await expect(agent.page).not.toHaveTitle(/^\(/)
})
