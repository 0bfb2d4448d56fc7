import { Api } from '../support/api.ts'
import { Agent } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r066 a field that is added shows at once in intake, on the record and on the printed form', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const { page } = boss
  const api = new Api(page.request, fresh.url)
  await page.goto(`${fresh.url}/settings/forms`)
  await page.getByRole('button', { name: text('forms.add') }).click()
  await page.getByLabel(text('forms.label')).fill('车牌号')
  // Seen at the right as it is written, and taken back until it is saved.
  const preview = page.getByRole('complementary', { name: text('forms.preview') })
  await expect(preview.getByLabel('车牌号')).toBeVisible()
  await page.getByRole('button', { name: text('forms.undo') }).click()
  await expect(preview.getByLabel('车牌号')).toBeHidden()
  await page.getByLabel(text('forms.label')).fill('车架号')
  await page.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByText(text('forms.version', { n: 1, name: '林知夏' }))).toBeVisible()

  await page.goto(`${fresh.url}/complaints?open=new`)
  await page.getByRole('button', { name: text('complaints.register') }).first().click().catch(() => undefined)
  const form = page.getByRole('dialog')
  await form.getByText(text('complaints.form.anonymous')).click()
  await form.getByLabel(text('complaints.content')).fill('镀晶发雾')
  await form.getByLabel(text('complaints.remedy')).fill('重做')
  await form.getByLabel('车架号').fill('LSV0001')
  await form.getByRole('button', { name: text('complaints.register') }).click()
  await expect(page.getByText('LSV0001')).toBeVisible()
  const [one] = (await api.get<{ items: { id: string }[] }>('/complaints')).items
  const printed = await page.request.get(`${fresh.url}/api/v1/complaints/${one?.id}/forms/intake?format=pdf`)
  expect([printed.status(), printed.headers()['content-type']]).toEqual([200, 'application/pdf'])
})
