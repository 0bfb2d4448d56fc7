import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('two who may be one customer are seen beside the talk, merged with a choice, and taken apart again', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('快递到哪了')
  await agent.accept()
  const { page } = agent
  const conversation = /cnv_\w+/.exec(page.url())?.[0] ?? ''
  const api = new Api(page.request, fresh.url)
  const { customer_id } = await api.get<{ customer_id: string }>(`/conversations/${conversation}`)
  const known = await api.post<{ id: string }>('/customers', { name: '王小明', phone: '13812345678', note: '只在上午接电话' })
  await api.post('/promises', { what: '查到就回电', customer_id: known.id, due_minutes: 30 })

  // Nothing is said of them yet; with the same number they may be one, without a reload.
  const panel = page.getByRole('complementary', { name: text('conversations.panel.title') })
  const strip = panel.getByRole('region', { name: text('customers.suggestion.strip') })
  await expect(strip).toHaveCount(0)
  const { version } = await api.get<{ version: number }>(`/customers/${customer_id}`)
  await api.patch(`/customers/${customer_id}`, { version, phone: '138 1234 5678' })
  await expect(strip).toContainText('王小明')
  await expect(strip).toContainText('138****5678')

  await strip.getByRole('button', { name: text('customers.suggestion.accept') }).click()
  const dialog = page.getByRole('dialog')
  // The visitor was known first and is kept; what they lack is taken over.
  await expect(dialog.getByRole('radiogroup', { name: text('customers.name') }).getByRole('radio').nth(1)).toBeChecked()
  await dialog.getByRole('button', { name: text('customers.merge') }).click()
  await expect(panel.getByRole('heading', { name: '王小明' })).toBeVisible()
  await expect(strip).toHaveCount(0)

  // One line of time: the talk itself is shown already, the promise to the other one is there.
  await panel.getByRole('tab', { name: text('conversations.history.title') }).click()
  await expect(panel.getByRole('listitem')).toHaveCount(1)
  await expect(panel.getByRole('listitem')).toContainText('查到就回电')

  // The review list: what was decided is there, and is taken back.
  await page.goto(`${fresh.url}/customers/suggestions`)
  await expect(page.getByText(text('customers.suggestion.none.open'))).toBeVisible()
  await page.getByRole('radio', { name: text('customers.suggestion.states.merged') }).click()
  await page.getByRole('button', { name: text('customers.suggestion.part') }).click()
  await page.getByRole('radio', { name: text('customers.suggestion.states.open') }).click()
  await expect(page.getByRole('cell', { name: '138****5678' })).toHaveCount(2)
  // By keyboard: they are two; and that can be thought over.
  await page.keyboard.press('d')
  await expect(page.getByText(text('customers.suggestion.none.open'))).toBeVisible()
  await page.getByRole('status').getByRole('button', { name: text('common.undo') }).click()
  await expect(page.getByRole('cell', { name: '138****5678' })).toHaveCount(2)
  await page.keyboard.press('m')
  await expect(page.getByRole('dialog')).toBeVisible()
})
