import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('R036 a rule is made, tried on what was, acts on what comes, says why, and is undone', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const first = new Visitor(await someone())
  await first.arrive(fresh.url)
  await first.say('我要投诉')
  await first.delivered()

  await boss.page.goto(`${fresh.url}/settings/automations`)
  await boss.page.getByRole('button', { name: text('automation.new') }).first().click()
  const drawer = boss.page.getByRole('dialog')
  await drawer.getByLabel(text('automation.name'), { exact: true }).fill('投诉先安抚')
  await drawer.getByRole('button', { name: text('automation.add_condition') }).click()
  await drawer.getByLabel(text('automation.value'), { exact: true }).fill('投诉，曝光')
  await drawer.getByRole('region', { name: text('automation.actions') }).getByLabel(text('automation.tag'), { exact: true }).fill('投诉倾向')
  await drawer.getByRole('button', { name: text('automation.add_action') }).click()
  await drawer.getByLabel(text('automation.action'), { exact: true }).last().selectOption('reply')
  await drawer.getByLabel(text('automation.text_label')).fill('抱歉，{customer}，我们马上处理')

  // What it would have done to what was there before; nothing is done.
  await drawer.getByRole('button', { name: text('automation.rehearsal.run') }).click()
  const tried = drawer.getByRole('region', { name: text('automation.rehearsal.title') })
  await expect(tried).toContainText(text('automation.rehearsal.found', { n: 1, of: 1 }))
  await expect(tried.getByText('我要投诉')).toBeVisible()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(boss.page.getByRole('row').filter({ hasText: '投诉先安抚' })).toBeVisible()

  const second = new Visitor(await someone())
  await second.arrive(fresh.url)
  await second.say('再不处理我就曝光')
  await expect(second.frame.getByText('我们马上处理')).toBeVisible()
  await boss.page.getByRole('radio', { name: text('automation.views.runs') }).click()
  await boss.page.getByRole('row').filter({ hasText: '投诉先安抚' }).click()
  await expect(drawer).toContainText('再不处理我就曝光')
  await expect(drawer).toContainText(text('automation.outcomes.done'))
  await boss.page.keyboard.press('Escape')

  // Turned off, and back to how it was.
  await boss.page.getByRole('radio', { name: text('automation.views.rules') }).click()
  const row = boss.page.getByRole('row').filter({ hasText: '投诉先安抚' })
  await row.click()
  await drawer.getByRole('switch', { name: text('automation.active') }).click()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(row).toContainText(text('automation.off'))
  await row.click()
  await drawer.getByRole('button', { name: text('automation.history.restore') }).click()
  await expect(row).toContainText(text('automation.on'))
  const [rule] = await api.get<{ version: number }[]>('/automations')
  expect(rule?.version).toBe(3)
})
