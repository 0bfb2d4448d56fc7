import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('R024 a number that fails three times is flagged, and verified again or asked to be removed', async ({ page, api, signedIn }) => {
  // Somebody else must be able to agree to it.
  await hire(api, `head${Date.now()}`, '部门负责人', 'head')
  const name = `失联${Date.now().toString().slice(-6)}`
  const customer = await api.post<{ id: string }>('/customers', { name, phone: `137${Date.now().toString().slice(-8)}` })
  const log = () => api.post(`/customers/${customer.id}/contact-signals`, { outcome: 'out_of_service', note: '空号' })
  await log()
  await log()
  await page.goto(`/customers/${customer.id}?tab=contact-points`)
  await expect(page.getByText(text('hygiene.failed', { n: '2' }))).toBeVisible()

  // The third, written down by hand.
  await page.getByRole('button', { name: text('hygiene.log_call') }).click()
  const dialog = page.getByRole('dialog', { name: text('hygiene.log_call') })
  await dialog.getByLabel(text('hygiene.outcome')).selectOption('wrong_number')
  await dialog.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByText(text('hygiene.mark.phone')).first()).toBeVisible()

  await page.goto('/customers/flagged?open=')
  const row = page.getByRole('row').filter({ hasText: name })
  await expect(row).toContainText('137****')
  await row.getByRole('checkbox').click()
  await page.getByRole('button', { name: text('hygiene.purge'), exact: true }).click()
  const asking = page.getByRole('dialog', { name: text('hygiene.purge') })
  await asking.getByText(text('hygiene.purges.kinds.contact_points')).click()
  await asking.getByLabel(text('common.reason')).fill('多次联系不上')
  await asking.getByRole('button', { name: text('hygiene.purges.ask') }).click()
  const drawer = page.getByRole('dialog', { name: text('hygiene.purge') })
  await expect(drawer).toContainText(text('hygiene.purges.waits'))
  await expect(drawer.getByRole('listitem').filter({ hasText: name })).toContainText(text('hygiene.purges.items.planned'))

  // Meanwhile somebody made sure: it is on no list any more.
  await page.goto(`/customers/${customer.id}?tab=contact-points`)
  await page.getByRole('button', { name: text('hygiene.verify') }).click()
  await page.getByRole('dialog', { name: text('hygiene.verify') }).getByRole('button', { name: text('hygiene.verify') }).click()
  await expect(page.getByText(text('hygiene.works'))).toBeVisible()
  await expect(page.getByText(text('hygiene.mark.phone'))).toHaveCount(0)
})
