import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('a file goes out of the composer and is there for both sides', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('请发一份说明书')
  await agent.accept()

  const picked = agent.page.waitForEvent('filechooser')
  await agent.page.getByRole('button', { name: text('conversations.attach') }).click()
  await (await picked).setFiles({ name: '说明书.txt', mimeType: 'text/plain', buffer: Buffer.from('按红色按钮开机。') })

  // The customer reads what it is; the colleague can open it.
  await expect(visitor.messages.last()).toHaveText('说明书.txt · 24 B')
  const link = agent.log.getByRole('link', { name: text('conversations.download') })
  await expect(link).toHaveAttribute('href', /^\/api\/v1\/files\/fil_\w+\/content$/)
  const answer = await agent.page.request.get(`${fresh.url}${await link.getAttribute('href')}`)
  expect(await answer.text()).toBe('按红色按钮开机。')
})
