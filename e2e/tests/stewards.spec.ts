import { Api } from '../support/api.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('R072 R073 a day is handed over, classified, and its files are kept up to date', async ({ page, fresh }) => {
  const mark = Date.now().toString().slice(-6)
  // An installation of its own: the day holds one customer.
  const api = new Api(page.request, fresh.url)
  await api.signIn()
  const me = (await api.get<{ user: { id: string; name: string } }>('/session')).user
  await page.goto(`${fresh.url}/intake`)
  await page.getByRole('button', { name: text('stewards.today') }).click()
  const drawer = page.getByRole('dialog').first()
  await drawer.getByRole('textbox', { name: text('customers.name') }).fill(`<img src=x onerror=window.__ran=1>${mark}`)
  await drawer.getByRole('textbox', { name: text('customers.phone') }).fill(`137${mark}01`)
  await drawer.getByRole('button', { name: text('stewards.add'), exact: true }).click()
  await expect(drawer.getByText(`137****${`${mark}01`.slice(-4)}`)).toBeVisible()
  await drawer.getByRole('textbox', { name: text('stewards.news') }).fill('客户多问冬季上门时间')
  await drawer.getByRole('button', { name: text('stewards.submit') }).click()
  await drawer.getByRole('combobox', { name: new RegExp(text('stewards.type')) }).selectOption({ label: text('stewards.types.person') })
  await drawer.getByRole('combobox', { name: new RegExp(text('stewards.steward')) }).selectOption({ value: me.id })
  await drawer.getByRole('button', { name: text('stewards.classify', { n: '1' }) }).click()
  await expect(drawer.getByText(text('stewards.states.classified'))).toBeVisible()
  await page.goto(`${fresh.url}/intake/updates`)
  const row = page.getByRole('row', { name: new RegExp(mark) })
  await expect(row).toBeVisible()
  await row.getByRole('button', { name: text('stewards.updates.nothing_new') }).click()
  await expect(row).toBeHidden()
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
})
