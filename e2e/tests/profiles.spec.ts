import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Named {
  id: string
}

test('a field of one\'s own is defined, filled in on the customer\'s page, masked, and its history told; a tag and a sentence beside it', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString(36)
  const customer = await api.post<Named>('/customers', { name: `郑女士${mark}` })
  const group = await api.post<Named>('/customer-tags', { name: `需求${mark}` })
  await api.post('/customer-tags', { name: `换滤芯${mark}`, parent_id: group.id, colour: 'warn' })

  await page.goto('/settings/customer-fields?open=new')
  const form = page.getByRole('dialog')
  await form.getByLabel(text('profiles.fields.name')).fill(`车牌${mark}`)
  await form.getByLabel(text('profiles.fields.section')).fill('车辆')
  await form.getByLabel(text('profiles.fields.pattern')).fill('[沪浙][A-Z][A-Z0-9]{5}')
  await form.getByLabel(text('profiles.fields.personal')).click()
  await form.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByRole('row', { name: new RegExp(`车牌${mark}`) })).toBeVisible()

  await page.goto(`/customers/${customer.id}`)
  const panel = page.getByRole('region', { name: text('profiles.panel') })
  await panel.getByRole('button', { name: text('profiles.fill_in') }).click()
  await form.getByLabel(`车牌${mark}`).fill('沪A1234')
  await form.getByRole('button', { name: text('common.save') }).click()
  // What does not fit is said at the field, and mended there.
  await expect(form.getByText(text('errors.fields.malformed'))).toBeVisible()
  await form.getByLabel(`车牌${mark}`).fill('沪A12345')
  await form.getByRole('button', { name: text('common.save') }).click()
  await expect(panel).toContainText('沪***')
  await panel.getByRole('button', { name: text('customers.unmask').replace('{field}', `车牌${mark}`) }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('核对车辆')
  await page.getByRole('dialog').getByRole('button', { name: text('customers.unmask_verb') }).click()
  await expect(panel).toContainText('沪A12345')

  await page.getByRole('button', { name: text('profiles.tags.edit') }).click()
  await form.getByRole('button', { name: `换滤芯${mark}`, exact: true }).click()
  await form.getByRole('button', { name: text('common.close'), exact: true }).last().click()
  await expect(page.getByRole('banner').or(page.locator('header')).getByText(`换滤芯${mark}`).first()).toBeVisible()

  const noticed = page.getByRole('region', { name: text('profiles.observations.title') })
  await noticed.getByRole('button', { name: text('profiles.observations.new') }).click()
  await form.getByRole('textbox', { name: text('profiles.observations.words') }).fill('周末上午送货')
  await form.getByRole('button', { name: text('common.save') }).click()
  await expect(noticed).toContainText('周末上午送货')

  await page.getByRole('tab', { name: text('profiles.history.title') }).click()
  const steps = page.getByRole('listitem')
  await expect(steps.filter({ hasText: `车牌${mark}` })).toContainText('沪***')
  await expect(steps.filter({ hasText: `换滤芯${mark}` })).toContainText(text('profiles.history.set'))
})
