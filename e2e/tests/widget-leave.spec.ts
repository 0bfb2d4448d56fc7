import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const said = textsFor(['zh-CN']).texts

test('whoever will not wait leaves a message, gives up the place, and is answered where they wrote', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  await api.put('/settings/business-hours', { week: Array.from({ length: 7 }, (_, day) => ({ day: day + 1, slots: [{ start: '00:00', end: '24:00' }] })) })
  const first = new Visitor(await someone())
  const second = new Visitor(await someone())
  for (const [visitor, words] of [
    [first, '洗碗机漏水'],
    [second, '冰箱不制冷'],
  ] as const) {
    await visitor.arrive(fresh.url)
    await visitor.say(words)
    await visitor.delivered()
  }
  await expect(second.frame.getByText(said.position.replace('{n}', '2'))).toBeVisible()

  await first.frame.getByRole('button', { name: said.leave_word }).click()
  await expect(first.frame.getByText(said.word_intro)).toBeVisible()
  await first.frame.getByLabel(said.word).fill('请下午回电')
  await first.frame.getByRole('button', { name: said.word_send }).click()
  await expect(first.frame.getByText(said.word_done, { exact: true })).toBeVisible()
  await expect(first.messages).toHaveText(['洗碗机漏水', '请下午回电'])
  await expect(first.frame.getByRole('button', { name: said.leave_word })).toHaveCount(0)
  // Whoever stood behind moves up.
  await expect(second.frame.getByText(said.position.replace('{n}', '1'))).toBeVisible()
  const tasks = async () => (await api.get<{ items: { title: string }[] }>('/tasks?state=open')).items.map(({ title }) => title)
  await expect.poll(tasks).toContain('请下午回电')

  // It outlives the page; what is written besides joins it.
  await first.page.reload()
  await expect(first.frame.getByText(said.word_done, { exact: true })).toBeVisible()
  await first.say('三点以后')
  await first.delivered()

  // Who is there again gets a place behind nobody who came later, and may give it up once more.
  await first.frame.getByRole('button', { name: said.wait_again }).click()
  await expect(first.frame.getByText(said.position.replace('{n}', '1'))).toBeVisible()
  await expect(first.frame.getByText(said.word_done, { exact: true })).toHaveCount(0)
  await expect(second.frame.getByText(said.position.replace('{n}', '2'))).toBeVisible()
  await first.frame.getByRole('button', { name: said.leave_word }).click()
  await first.frame.getByLabel(said.word).fill('还是下午吧')
  await first.frame.getByRole('button', { name: said.word_send }).click()
  await expect(first.frame.getByText(said.word_done, { exact: true })).toBeVisible()

  // Who becomes free is offered the one that waits, not the message.
  await agent.ready()
  await agent.accept()
  await expect(agent.messages).toHaveText(['冰箱不制冷'])
  await expect(agent.page.getByRole('button', { name: new RegExp(`^${text('conversations.group.message')}`) })).toBeVisible()
  await agent.row('还是下午吧').click()
  await agent.page.getByRole('button', { name: text('conversations.take') }).click()
  await expect(agent.page.getByRole('button', { name: text('conversations.take') })).toHaveCount(0)
  await agent.reply('您好，三点给您回电')
  await expect(first.messages).toHaveText(['洗碗机漏水', '请下午回电', '三点以后', '还是下午吧', '您好，三点给您回电'])
  await expect(first.frame.getByText(said.word_done, { exact: true })).toHaveCount(0)
  await expect.poll(tasks).not.toContain('请下午回电')
})
