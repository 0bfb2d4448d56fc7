import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Explained {
  worth: { stage: string } | null
}

test('H38 R025 orders become a score that leads to its customers, and an offer is measured against those left alone', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString().slice(-7)
  const ids: string[] = []
  for (let at = 0; at < 6; at += 1) ids.push((await api.post<{ id: string }>('/customers', { name: `林客${mark}${at}`, phone: `139${mark}${at}` })).id)
  const orders = ids.map((id, at) => ({ number: `${mark}-${at}`, customer: { id }, placed_at: Date.now() - (200 + at) * 86_400_000, total: 80_000_00 + at, lines: [{ code: 'JS', what: '净水器', quantity: 1, amount: 80_000_00 + at }] }))
  await api.post('/orders', { source: '商城', orders })
  await page.goto('/worth')
  await page.getByRole('button', { name: text('worth.count') }).click()
  await expect.poll(async () => (await api.get<Explained>(`/worths/${ids[5]}`)).worth?.stage ?? '').toBe('mature')
  await page.reload()
  // The most valuable are first; a cell of the grid leaves those it counts.
  await expect(page.getByRole('row', { name: `林客${mark}5` })).toBeVisible()
  await page.getByRole('region', { name: text('worth.grid') }).getByRole('button').last().click()
  await expect(page).toHaveURL(/\/worth$/)
  await page.goto(`/customers/${ids[0]}?tab=orders`)
  await expect(page.getByText('净水器').first()).toBeVisible()
  await expect(page.getByText(text('worth.panel'))).toBeVisible()

  await page.goto('/worth/win-backs')
  await page.getByRole('button', { name: text('worth.win_back.new') }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel(text('worth.win_back.name')).fill(`挽回${mark}`)
  await form.getByLabel(text('worth.win_back.offer')).fill('送一次保养')
  await form.getByRole('button', { name: text('worth.drop_condition') }).first().click()
  await form.getByRole('combobox', { name: text('worth.field') }).selectOption('total')
  await form.getByLabel(text('worth.bound')).fill('80000')
  await expect(form.getByText(text('worth.win_back.fit'))).toBeVisible()
  await form.getByRole('button', { name: text('worth.win_back.begin') }).click()
  const drawer = page.getByRole('dialog', { name: `挽回${mark}` })
  await expect(drawer.getByText(text('worth.win_back.uplift')).first()).toBeVisible()
  await drawer.getByRole('button', { name: text('worth.win_back.tell') }).first().click()
  await drawer.getByRole('button', { name: text('worth.outcomes.accepted') }).click()
  await expect(drawer.getByText(text('worth.win_back.said', { accepted: '1', refused: '0', not_reached: '0' }))).toBeVisible()
})
