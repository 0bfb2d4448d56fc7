import { Agent, Visitor, bothSee } from '../support/people.ts'
import { test } from '../support/test.ts'

test('a conversation goes on after a power cut, with nothing lost and nothing doubled', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('一')
  await agent.accept()
  await agent.reply('二')
  await bothSee(visitor, agent, ['一', '二'])

  await fresh.kill()
  // Written into the dark: each side keeps its words and hands them over when the server is back.
  await visitor.say('三')
  await visitor.say('四')
  await fresh.restart()

  await bothSee(visitor, agent, ['一', '二', '三', '四'])
  await agent.reply('五')
  await bothSee(visitor, agent, ['一', '二', '三', '四', '五'])
})
