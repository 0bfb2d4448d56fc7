import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('the list, its clocks and its dots are right after the server was killed and came back', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const first = new Visitor(await someone())
  await first.arrive(fresh.url)
  await first.say('甲一')
  await agent.accept()
  await agent.reply('答一')
  await expect(first.messages).toHaveText(['甲一', '答一'])
  // The workspace with nothing open: from here on the page is not loaded again.
  await agent.page.goto(fresh.url)
  await expect(agent.page).toHaveURL(/\/conversations$/)
  const rows = agent.page.getByRole('listitem').getByRole('button').filter({ hasText: /甲|乙|答/ })
  const news = agent.page.getByRole('img', { name: new RegExp(text('conversations.unread', { n: '[0-9]+' })) })
  await expect(rows).toContainText(['答一'])
  await expect(news).toHaveCount(0)

  await fresh.kill()
  await first.say('甲二')
  await fresh.restart()

  // The word said into the dark is there, unread, with its clock running.
  await expect(rows).toContainText(['甲二'])
  await expect(rows.first()).toContainText(/0\d:\d\d/)
  await expect(news).toHaveCount(1)

  // Readiness outlived the process: the next customer is offered as before.
  const second = new Visitor(await someone())
  await second.arrive(fresh.url)
  await second.say('乙一')
  await agent.accept()
  await expect(agent.messages).toHaveText(['乙一'])

  await rows.filter({ hasText: '甲二' }).click()
  await agent.reply('答二')
  await expect(first.messages).toHaveText(['甲一', '答一', '甲二', '答二'])
  await expect(rows.filter({ hasText: '答二' })).toHaveCount(1)
  await expect(news).toHaveCount(0)
})
