import { Api } from '../support/api.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('R106 three who ask for what nobody sold them are one opportunity, its evidence one click away, its next step a task', async ({ page, fresh }) => {
  const api = new Api(page.request, fresh.url)
  await api.signIn()
  for (const name of ['王女士', '李先生', '韩女士']) {
    const customer = await api.post<{ id: string }>('/customers', { name })
    await api.post('/inquiry-records', { way: 'phone', customer_id: customer.id, asked: `${name}问能不能以租代买` })
  }
  await page.goto(`${fresh.url}/opportunities`)
  await expect(page.getByText(text('opportunities.empty'), { exact: true })).toBeVisible()
  await page.getByRole('button', { name: text('opportunities.rules.title') }).click()
  await page.getByRole('button', { name: text('opportunities.rules.new') }).click()
  await page.getByRole('textbox', { name: text('opportunities.service') }).fill('净水器租赁')
  await page.getByRole('textbox', { name: text('opportunities.rules.words') }).fill('以租代买、能租吗')
  await page.getByRole('dialog').last().getByRole('button', { name: text('common.save') }).click()
  await page.getByRole('button', { name: text('opportunities.rules.look') }).click()
  await page.getByRole('button', { name: text('opportunities.rules.last') }).click()

  const drawer = page.getByRole('dialog', { name: '净水器租赁' })
  await expect(drawer.getByRole('list', { name: text('opportunities.evidence') }).getByText('问能不能以租代买')).toHaveCount(3)
  await drawer.getByRole('button', { name: text('opportunities.verbs.confirmed') }).click()
  await page.getByRole('dialog').last().getByRole('button', { name: text('opportunities.verbs.confirmed') }).click()
  await drawer.getByRole('button', { name: text('opportunities.plan') }).click()
  await page.getByRole('textbox', { name: text('opportunities.next_step') }).fill('报租赁方案')
  await page.getByRole('dialog').last().getByRole('button', { name: text('common.save') }).click()
  await expect(drawer.getByText('报租赁方案')).toBeVisible()
  await drawer.getByText('韩女士问能不能以租代买').click()
  await expect(page).toHaveURL(/inquiries.*open=inq_/)
  await page.goto(`${fresh.url}/tasks`)
  await expect(page.getByRole('row', { name: /报租赁方案/ })).toBeVisible()
  await page.goto(`${fresh.url}/opportunities?stage=confirmed`)
  await expect(page.getByRole('row', { name: /净水器租赁/ })).toBeVisible()
})
