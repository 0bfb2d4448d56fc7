import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r105 praise is taken in beside its conversation, reaches the agent and the wall at once, and is answered with thanks', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string; version: number }>('/units', { name: '在线', kind: 'team' })
  const [suhe, linxiao] = [await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]
  for (const id of [suhe, linxiao]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const agent = new Agent(await someone())
  await agent.signIn(fresh.url, 'linxiao')
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('你们客服真有耐心')
  await agent.accept()

  // One step beside the conversation: the words and whoever serves there stand in the form.
  const { page } = agent
  await page.getByRole('button', { name: text('feedback.register') }).click()
  const form = page.getByRole('dialog')
  await expect(form.getByLabel(text('feedback.content'))).toHaveValue('你们客服真有耐心')
  await form.getByRole('radio', { name: text('feedback.kinds.praise') }).click()
  await expect(form.getByLabel(text('feedback.about'), { exact: true })).toHaveValue(linxiao)
  await form.getByRole('button', { name: text('feedback.register') }).click()
  // The agent hears of it where they are.
  await page.getByRole('button', { name: text('feedback.wall.to_wall') }).click()
  await expect(page.getByRole('listitem').filter({ hasText: '你们客服真有耐心' })).toContainText('林筱')

  // Answered into the conversation, and over.
  await page.goto(`${fresh.url}/feedback`)
  await page.getByRole('row').filter({ hasText: '你们客服真有耐心' }).click()
  await page.getByRole('button', { name: text('feedback.verbs.answer') }).click()
  const answer = page.getByRole('dialog', { name: text('feedback.verbs.answer') })
  await answer.getByRole('textbox', { name: text('feedback.answer'), exact: true }).fill('谢谢您的肯定')
  await answer.getByRole('button', { name: text('feedback.verbs.answer') }).click()
  await expect(page.getByText(text('feedback.states.closed')).first()).toBeVisible()
  await expect(visitor.messages.filter({ hasText: '谢谢您的肯定' })).toBeVisible()

  // Counted: the number of the day opens its records.
  await page.goto(`${fresh.url}/feedback/figures`)
  await page.getByRole('row').last().getByRole('link').first().click()
  await expect(page.getByRole('row').filter({ hasText: '你们客服真有耐心' })).toBeVisible()
})
