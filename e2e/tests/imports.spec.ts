import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('H14 a list is uploaded, its columns recognised, checked, imported, and what was refused comes back', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString().slice(-6)
  const field = await api.post<{ id: string }>('/customer-fields', { name: `门店${mark}`, kind: 'text', personal: false })
  const list = `展会登记,,,\n客户姓名,联系电话,电子邮箱,门店${mark}\n秦岚${mark},139${mark}01,qin${mark}@example.com,人民路店\n<img src=x onerror=window.__ran=1>,139${mark}02,\n少一位,1390,\n`
  await page.goto('/customers')
  await page.getByRole('button', { name: text('imports.title') }).click()
  await expect(page).toHaveURL(/\/customers\/imports/)
  await page.getByLabel(text('imports.bring')).last().setInputFiles({ name: `展会-${mark}.csv`, mimeType: 'text/csv', buffer: Buffer.from(list) })
  const drawer = page.getByRole('dialog', { name: `展会-${mark}.csv` })
  await expect(drawer.getByRole('combobox', { name: text('imports.column', { letter: 'B' }) })).toHaveValue('phone')
  await expect(drawer.getByRole('combobox', { name: text('imports.header') })).toHaveValue('2')
  // A heading that is a field's name is that field of one's own.
  await expect(drawer.getByRole('combobox', { name: text('imports.column', { letter: 'D' }) })).toHaveValue(field.id)
  await drawer.getByRole('combobox', { name: text('imports.column', { letter: 'C' }) }).selectOption({ label: text('imports.left_out') })
  await drawer.getByRole('button', { name: text('imports.check') }).click()
  await expect(drawer.getByText(text('imports.would'))).toBeVisible()
  await expect(drawer.getByText(text('imports.reason', { field: text('imports.fields.phone'), why: text('imports.whys.malformed') }))).toBeVisible()
  expect((await api.get<{ items: unknown[] }>(`/customers?q=${encodeURIComponent(`秦岚${mark}`)}`)).items).toHaveLength(0)
  await drawer.getByRole('button', { name: text('imports.run', { n: '2' }) }).click()
  await expect(drawer.getByText(text('imports.states.done_with_refusals'))).toBeVisible()
  const [download] = await Promise.all([page.waitForEvent('download'), drawer.getByRole('link', { name: text('imports.take_along') }).click()])
  const refused = await (await download.createReadStream()).toArray()
  expect(Buffer.concat(refused).toString()).toContain('少一位')
  await drawer.getByRole('button', { name: text('common.close') }).last().click()
  await expect(page.getByRole('row', { name: `展会-${mark}.csv` })).toContainText(text('imports.states.done_with_refusals'))
  const found = await api.get<{ items: { id: string; phone: string; email: string | null; sources: Record<string, { kind: string }> }[] }>(`/customers?q=${encodeURIComponent(`秦岚${mark}`)}`)
  expect(found.items[0]).toMatchObject({ phone: `139****${`${mark}01`.slice(-4)}`, email: null, sources: { name: { kind: 'import' } } })
  const profile = await api.get<{ fields: { field_id: string; value: unknown }[] }>(`/customers/${found.items[0]!.id}/profile`)
  expect(profile.fields.find(({ field_id }) => field_id === field.id)?.value).toBe('人民路店')
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
})
