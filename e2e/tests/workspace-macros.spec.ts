import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r036 a macro is written, tried and done by keyboard, and several conversations are done at once, told one by one', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const { page } = agent
  const api = new Api(page.request, fresh.url)

  // Written in the settings, and everybody's.
  await page.goto(`${fresh.url}/settings/macros`)
  await page.getByRole('button', { name: text('automation.macros.new') }).first().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel(text('automation.name'), { exact: true }).fill('等到货')
  await drawer.getByRole('textbox', { name: text('automation.text_label') }).fill('{customer}，已为您登记')
  await drawer.getByRole('button', { name: text('automation.add_action') }).click()
  await drawer.getByRole('combobox', { name: text('automation.action') }).nth(1).selectOption('add_tag')
  await drawer.getByRole('textbox', { name: text('automation.tag') }).fill('等到货')
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(drawer).toHaveCount(0)
  await expect(page.getByText('等到货')).toBeVisible()

  await page.goto(`${fresh.url}/conversations`)
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('什么时候到货')
  await agent.accept()
  await page.keyboard.press('Alt+m')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText(/，已为您登记/)).toBeVisible()
  await dialog.getByRole('textbox').fill('到货')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(visitor.messages.last()).toHaveText(/，已为您登记$/)
  await expect(page.getByRole('heading', { level: 1 }).getByText('等到货')).toBeAttached()

  // A second one, and both at once; one of them is over before the others know.
  const second = new Visitor(await someone())
  await second.arrive(fresh.url)
  await second.say('我的发票呢')
  await agent.accept()
  await agent.reply('稍后发您')
  await page.keyboard.press('Alt+x')
  const bar = page.getByRole('toolbar', { name: text('conversations.batch.title') })
  await agent.row(/已为您登记/).click({ modifiers: ['Control'] })
  await expect(bar.getByRole('status')).toHaveText(text('conversations.batch.chosen', { n: '2' }))
  await bar.getByRole('button', { name: text('conversations.batch.tag'), exact: true }).click()
  await dialog.getByRole('textbox').fill('周会')
  await page.keyboard.press('Enter')
  await expect(bar).toHaveCount(0)
  const tagged = async () => (await api.get<{ items: { tags: string[] }[] }>('/conversations?tag=周会')).items.length
  await expect.poll(tagged).toBe(2)
  await page.getByRole('button', { name: text('common.undo') }).click()
  await expect.poll(tagged).toBe(0)

  const rows = (await api.get<{ items: { id: string; preview: string }[] }>('/conversations?state=active')).items
  await page.keyboard.press('Alt+x')
  await agent.row(/已为您登记/).click()
  await bar.getByRole('button', { name: text('conversations.close'), exact: true }).click()
  await api.post(`/conversations/${rows.find(({ preview }) => preview.includes('稍后发您'))?.id}/closure`, {})
  const reason = dialog.getByRole('combobox')
  if ((await reason.count()) > 0) await reason.selectOption({ index: 1 })
  await dialog.getByRole('button', { name: text('conversations.batch.close'), exact: true }).click()
  await expect(dialog.getByRole('listitem')).toHaveText([new RegExp(text('errors.conversations.closed'))])
  await expect.poll(async () => (await api.get<{ items: unknown[] }>('/conversations?state=active')).items.length).toBe(0)
})
