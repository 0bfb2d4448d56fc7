import type { CDPSession } from '@playwright/test'
import { Agent, Visitor, bothSee } from '../support/people.ts'
import { expect, test } from '../support/test.ts'

/** Puts a page to sleep as the system does, and wakes it. */
const nap = (line: CDPSession, state: 'frozen' | 'active') => line.send('Page.setWebLifecycleState', { state })

test('a laptop sleeps through messages and a new start of the server, and its screen is right when it wakes', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('一')
  await agent.accept()
  await agent.reply('二')
  await bothSee(visitor, agent, ['一', '二'])
  // Were the page to begin anew, this would be gone.
  await agent.page.evaluate(() => Object.assign(window, { __awake: true }))
  const line = await agent.page.context().newCDPSession(agent.page)

  // A short sleep: the line is still there, nothing of the page ran.
  await nap(line, 'frozen')
  await visitor.say('三')
  await visitor.delivered()
  await nap(line, 'active')
  await bothSee(visitor, agent, ['一', '二', '三'])

  // A long one: the server is another one by now, the line is dead and does not know it.
  await agent.field.fill('写到一半')
  await nap(line, 'frozen')
  await fresh.restart()
  await visitor.online()
  await visitor.say('四')
  await visitor.say('五')
  await visitor.delivered()
  await nap(line, 'active')
  await bothSee(visitor, agent, ['一', '二', '三', '四', '五'])
  await expect(agent.field).toHaveValue('写到一半')
  await agent.field.press('Enter')
  await bothSee(visitor, agent, ['一', '二', '三', '四', '五', '写到一半'])
  expect(await agent.page.evaluate(() => '__awake' in window)).toBe(true)
})
