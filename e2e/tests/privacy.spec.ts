import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('PIPL a withdrawal is recorded in two clicks with its evidence, and do-not-contact outlives a later consent', async ({ page, api, signedIn }) => {
  const customer = await api.post<{ id: string }>('/customers', { name: `苏晚${Date.now().toString().slice(-5)}` })
  const says = (answer: 'given' | 'withdrawn') => text(`privacy.ask.${answer}`, { purpose: text('privacy.purposes.marketing_call') })
  await page.goto(`/customers/${customer.id}?tab=privacy`)
  const consents = page.getByRole('region', { name: text('privacy.consents') })
  const row = consents.getByRole('listitem').filter({ hasText: text('privacy.purposes.marketing_call') })
  await expect(row).toContainText(text('privacy.verdicts.not_asked'))
  const record = async (answer: 'given' | 'withdrawn', words: string) => {
    await row.getByRole('button', { name: says(answer) }).click()
    const dialog = page.getByRole('dialog', { name: says(answer) })
    await dialog.getByLabel(text('privacy.words')).fill(words)
    await dialog.getByRole('button', { name: text('privacy.record') }).click()
    await expect(dialog).toHaveCount(0)
  }
  await record('given', '可以打电话')
  await expect(row).toContainText(text('privacy.verdicts.allowed'))
  await record('withdrawn', '别再打了')
  await expect(row).toContainText(text('privacy.verdicts.withdrawn'))
  await row.getByRole('button', { name: text('privacy.history', { n: '2' }) }).click()
  await expect(row).toContainText('可以打电话')

  await page.getByRole('region', { name: text('privacy.peace') }).getByRole('button', { name: text('privacy.peace_new') }).click()
  const dialog = page.getByRole('dialog', { name: text('privacy.peace_new') })
  await dialog.getByLabel(text('common.reason')).fill('本人要求不再联系')
  await dialog.getByRole('button', { name: text('privacy.record') }).click()
  await expect(page.getByRole('banner').or(page.locator('header')).getByText(text('privacy.mark')).first()).toBeVisible()
  await record('given', '改主意了')
  await expect(row).toContainText(text('privacy.peace_for_good'))

  // Asked to delete: known who asks, and by then it takes somebody else.
  await page.getByRole('button', { name: text('privacy.requests.new') }).click()
  const asking = page.getByRole('dialog', { name: text('privacy.requests.new') })
  await asking.getByLabel(text('privacy.requests.kind')).selectOption('delete')
  await asking.getByRole('button', { name: text('privacy.requests.receive'), exact: true }).click()
  await page.getByRole('link', { name: text('privacy.requests.kinds.delete') }).click()
  const drawer = page.getByRole('dialog', { name: text('privacy.requests.kinds.delete') })
  await drawer.getByRole('button', { name: text('privacy.requests.verify') }).click()
  await page.getByRole('button', { name: text('privacy.requests.dialogs.identity_verb') }).click()
  await expect(drawer.getByText(text('privacy.requests.second_person'))).toBeVisible()
  await expect(drawer.getByRole('button', { name: text('privacy.requests.erase') })).toBeDisabled()
})
