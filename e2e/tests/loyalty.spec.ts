import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Named {
  id: string
}
interface Rules {
  version: number
  rules: Record<string, unknown> & { earning: Record<string, unknown> }
}

test('R030 a customer becomes a member, with the day of their birth, collects points, has a reward for them, and every entry says why', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString(36)
  const { version, rules } = await api.get<Rules>('/loyalty-rules')
  await api.put('/loyalty-rules', { version, rules: { ...rules, enabled: true, earning: { ...rules.earning, pending_days: 0 } }, note: '开通' })
  await api.post('/rewards', { name: `滤芯${mark}`, points: 50, stock: 3 })
  const customer = await api.post<Named>('/customers', { name: `<img src=x onerror=__ran=1>${mark}` })

  await page.goto(`/customers/${customer.id}?tab=points`)
  await page.getByRole('button', { name: text('loyalty.join'), exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: text('loyalty.month') }).selectOption('2')
  await dialog.getByRole('combobox', { name: text('loyalty.day') }).selectOption('29')
  await dialog.getByRole('button', { name: text('loyalty.join') }).click()
  await expect(page.getByRole('button', { name: '02-29' })).toBeVisible()

  await api.post('/points-purchases', { customer_id: customer.id, source: '门店', reference: mark, amount: 12_000, currency: 'CNY' })
  await page.reload()
  await expect(page.getByRole('listitem').filter({ hasText: mark }).first()).toBeVisible()

  await page.getByRole('button', { name: text('loyalty.rewards.redeem'), exact: true }).click()
  await dialog.getByRole('button', { name: text('loyalty.rewards.redeem_one', { name: `滤芯${mark}` }) }).click()
  await expect(page.getByRole('listitem').filter({ hasText: '−50' }).first()).toBeVisible()

  await page.getByRole('button', { name: '02-29' }).click()
  await dialog.getByRole('combobox', { name: text('loyalty.month') }).selectOption('12')
  await dialog.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByRole('button', { name: '12-29' })).toBeVisible()
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
})
