import { Agent, Visitor, bothSee } from '../support/people.ts'
import { expect, test } from '../support/test.ts'

test('an empty installation is set up, a visitor writes and is answered', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()

  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('我的订单还没到')
  await visitor.delivered()

  await agent.accept()
  await agent.reply('您好，我马上查。')
  await bothSee(visitor, agent, ['我的订单还没到', '您好，我马上查。'])

  // What was said is still there, once, for whoever looks again.
  await visitor.page.reload()
  await agent.page.reload()
  await bothSee(visitor, agent, ['我的订单还没到', '您好，我马上查。'])

  // A second administrator cannot be made through the front door.
  await agent.page.context().clearCookies()
  await agent.page.goto(`${fresh.url}/setup`)
  await expect(agent.page).toHaveURL(/sign-in/)
})
