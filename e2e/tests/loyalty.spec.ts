import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Named {
  id: string
}

test('R030 a member earns, redeems and sees why; a supervisor gives points for a reason', async ({ page, api, signedIn }) => {
  const { version } = await api.get<{ version: number }>('/loyalty-rules')
  await api.put('/loyalty-rules', { version, note: '', rules: { enabled: true, currency: 'CNY', adjustment_limit: 100, earning: { pending_days: 0 } } })
  const mark = Date.now().toString(36)
  const customer = await api.post<Named>('/customers', { name: `积分会员${mark}`, phone: `139${String(Date.now()).slice(-8)}` })
  await api.post('/points-purchases', { customer_id: customer.id, source: 'shop', reference: mark, amount: 25_000, currency: 'CNY' })
  await api.post('/rewards', { name: `礼品${mark}`, points: 100, stock: 3 })

  await page.goto(`/customers/${customer.id}?tab=points`)
  const tab = page.getByRole('main')
  await expect(tab.getByText('250', { exact: true }).first()).toBeVisible()
  await tab.getByRole('button', { name: text('loyalty.adjust') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(text('loyalty.points'), { exact: true }).fill('30')
  await dialog.getByLabel(text('loyalty.reason')).fill('安装师傅迟到')
  await dialog.getByRole('button', { name: text('loyalty.ways.give'), exact: true }).last().click()
  await expect(tab.getByText('安装师傅迟到')).toBeVisible()
  await expect(tab.getByText('280', { exact: true }).first()).toBeVisible()

  await tab.getByRole('button', { name: text('loyalty.rewards.redeem') }).click()
  await page.getByRole('button', { name: text('loyalty.rewards.redeem_one', { name: `礼品${mark}` }) }).click()
  await expect(tab.getByText('180', { exact: true }).first()).toBeVisible()

  await page.goto('/loyalty/rewards')
  const row = page.getByRole('row').filter({ hasText: `礼品${mark}` })
  await row.getByRole('button', { name: text('loyalty.rewards.cancel') }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('客户换了主意')
  await page.getByRole('dialog').getByRole('button', { name: text('loyalty.rewards.cancel_verb') }).click()
  await expect(row).toHaveCount(0)
  const figures = await api.get<{ balanced: boolean }>('/points-figures')
  expect(figures.balanced).toBe(true)
})
