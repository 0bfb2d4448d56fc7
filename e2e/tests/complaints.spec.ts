import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r085 a complaint is taken in beside its conversation, and cannot go on before what its step requires is done', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string; version: number }>('/units', { name: '在线', kind: 'team' })
  for (const id of [await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const rules = await api.get<Record<string, unknown>>('/complaint-rules')
  await api.put('/complaint-rules', { ...rules, categories: [{ name: '质量', kind: 'quality', children: [{ name: '破损' }] }] })
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('新冰箱送来就是坏的')
  await linxiao.accept()

  const { page } = linxiao
  await page.getByRole('button', { name: text('complaints.register') }).click()
  const form = page.getByRole('dialog')
  await expect(form.getByLabel(text('complaints.content'))).toHaveValue('新冰箱送来就是坏的')
  await form.getByLabel(text('complaints.remedy')).fill('换一台')
  await form.getByRole('button', { name: text('complaints.register') }).click()

  // The customer is told of its number at once, where they said it; so it goes on.
  const onward = page.getByRole('button', { name: text('complaints.go_on', { step: text('complaints.steps.judgement') }) })
  await expect(visitor.messages.filter({ hasText: /TS\d{8}-0001/ })).toBeVisible()
  await onward.click()
  const further = page.getByRole('button', { name: text('complaints.go_on', { step: text('complaints.steps.investigation') }) })
  await expect(further).toBeDisabled()
  await page.getByLabel(text('complaints.judgement.above')).selectOption({ index: 1 })
  await page.getByLabel(text('complaints.category'), { exact: true }).selectOption({ label: '破损' })
  await page.getByLabel(text('complaints.responsible_unit')).selectOption({ label: '在线' })
  await page.getByRole('button', { name: text('complaints.judgement.save') }).click()
  await further.click()
  await page.getByLabel(text('complaints.investigation.cause')).fill('出库未开箱查验')
  await page.getByLabel(text('complaints.responsible'), { exact: true }).fill('出库二班')
  await page.getByRole('button', { name: text('common.save') }).click()
  await page.getByRole('button', { name: text('complaints.go_on', { step: text('complaints.steps.solution') }) }).click()
  await expect(page.getByRole('heading', { name: text('complaints.steps.solution') })).toBeVisible()
})

test('r066 r062 a complaint is printed, and each number of the statistics lists what it counts', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const { page } = boss
  const api = new Api(page.request, fresh.url)
  const complaint = await api.post<{ id: string; number: string }>('/complaints', { anonymous: true, title: '柜台态度', content: '柜台人员不理人', remedy: '道歉', happened_at: 1, way: 'counter', severity: 'minor' })
  await page.goto(`${fresh.url}/complaints/${complaint.id}`)
  await page.getByRole('button', { name: text('complaints.print.button'), exact: true }).click()
  const dialog = page.getByRole('dialog')
  for (const form of ['intake', 'record'] as const) {
    await dialog.getByRole('radio', { name: text(`complaints.print.${form}`) }).click()
    for (const [name, mime] of [['pdf', 'application/pdf'], ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']] as const) {
      const href = await dialog.getByRole('link', { name: text(`complaints.print.${name}`) }).getAttribute('href')
      const file = await page.request.get(`${fresh.url}${href}`)
      expect(file.status()).toBe(200)
      expect(file.headers()['content-type']).toBe(mime)
    }
  }
  await page.keyboard.press('Escape')
  await page.goto(`${fresh.url}/complaints`)
  await page.getByRole('button', { name: text('complaints.statistics.open') }).click()
  const table = page.getByRole('group', { name: text('complaints.statistics.by_category') })
  const line = table.getByRole('row', { name: new RegExp(text('complaints.statistics.unfiled')) })
  await line.getByRole('link', { name: '1' }).first().click()
  await expect(page).toHaveURL(/category=none/)
  await expect(page.getByText(complaint.number)).toBeVisible()
  await page.getByRole('button', { name: text('complaints.statistics.clear') }).click()
  await expect(page.getByRole('button', { name: text('complaints.statistics.open') })).toBeVisible()
})
