import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('R048 an answer that is late is red with its word in the list, the conversation and the page of misses, and stays so', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)

  // The policy is made on its page; what it would mean is reckoned while it is typed.
  await agent.page.goto(`${fresh.url}/settings/sla`)
  await agent.page.getByRole('button', { name: text('sla.policies.new') }).click()
  const drawer = agent.page.getByRole('dialog')
  await drawer.getByLabel(text('sla.policies.name')).first().fill('即时应答')
  await drawer.getByRole('radio', { name: text('sla.policies.wall') }).click()
  await drawer.getByLabel(text('sla.targets.first')).fill('2')
  await expect(drawer.getByRole('region', { name: text('sla.preview.title') }).getByRole('row')).not.toHaveCount(0)
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(agent.page.getByRole('row').filter({ hasText: '即时应答' })).toBeVisible()

  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('有人吗')
  await expect.poll(async () => (await api.get<{ items: object[] }>('/sla-misses?open=true')).items.length, { timeout: 20_000 }).toBe(1)
  await agent.page.goto(`${fresh.url}/sla`)
  const row = agent.page.getByRole('row').filter({ hasText: text('sla.targets.first') })
  await expect(row.first()).toBeVisible()
  await row.first().click()
  await agent.page.getByRole('button', { name: text('conversations.take') }).click()
  await agent.reply('您好，在的')
  const late = new RegExp(text('sla.first_late', { took: 'TOOK', target: '00:02' }).replace('TOOK', '\\d\\d:\\d\\d'))
  await expect(agent.page.getByRole('group', { name: text('sla.title') })).toContainText(late)
  await expect(agent.page.getByRole('img', { name: late })).toBeVisible()
})
