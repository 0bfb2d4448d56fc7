import { Api } from '../support/api.ts'
import { Agent } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

type Named = { id: string; version: number }

test('r022 r066 r087 the third complaint of a cause opens an action, its owner completes it, and the month is signed and printed', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<Named>('/units', { name: '烤漆组', kind: 'department' })
  const suhe = await hire(api, 'suhe', '苏禾', 'supervisor')
  await api.put(`/members/${suhe}`, { unit_id: unit.id })
  await api.patch(`/units/${unit.id}`, { version: unit.version, lead_id: suhe })
  const rules = await api.get<Record<string, unknown>>('/complaint-rules')
  const kept = await api.put<{ categories: { children: { id: string }[] }[] }>('/complaint-rules', { ...rules, categories: [{ name: '质量', kind: 'quality', children: [{ name: '镀晶' }] }] })
  const category = kept.categories[0]!.children[0]!.id
  const trees = await api.get<{ trees: { name: string; groups: { name: string; causes: { id: string; name: string }[] }[] }[] }>('/complaint-causes')
  const [group] = trees.trees[0]!.groups
  const [cause] = group!.causes
  const investigated = async (title: string) => {
    const one = await api.post<Named>('/complaints', { anonymous: true, title, content: title, remedy: '重做', happened_at: 1, way: 'counter', severity: 'minor' })
    await api.post(`/complaints/${one.id}/completion`, {})
    await api.put(`/complaints/${one.id}/judgement`, { grounds: true, reasonable: true, upheld: true, category_id: category, responsible_unit_id: unit.id })
    await api.post(`/complaints/${one.id}/completion`, {})
    return one
  }
  for (const title of ['机盖发雾', '车门发雾']) {
    const one = await investigated(title)
    await api.put(`/complaint-analyses/${one.id}`, { version: 0, cause_id: cause!.id, responsible_unit_id: unit.id, whys: [{ question: '为什么？', answer: '固化时间不够' }] })
  }

  // The third one is analysed on its page.
  const third = await investigated('尾盖发雾')
  const { page } = boss
  await page.goto(`${fresh.url}/complaints/${third.id}`)
  await page.getByRole('button', { name: text('improvements.analysis.write') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(text('improvements.analysis.answer', { n: '1' })).fill('固化只有 12 分钟')
  await dialog.getByRole('button', { name: text('improvements.analysis.ask_on') }).click()
  await dialog.getByLabel(text('improvements.analysis.answer', { n: '2' })).fill('没有计时器')
  await dialog.getByLabel(text('improvements.causes.group')).selectOption({ label: group!.name })
  await dialog.getByLabel(text('improvements.cause'), { exact: true }).selectOption({ label: cause!.name })
  await dialog.getByLabel(text('improvements.analysis.minutes')).fill('90')
  await dialog.getByRole('button', { name: text('common.save') }).click()
  const link = page.getByRole('link', { name: /GJ\d{8}-0001/ })
  await expect(link).toBeVisible()

  // Whoever leads the department that answers plans it and does it.
  const owner = new Agent(await someone())
  await owner.signIn(fresh.url, 'suhe')
  await owner.page.goto(`${fresh.url}/improvements`)
  await owner.page.getByText(/GJ\d{8}-0001/).first().click()
  const drawer = owner.page.getByRole('dialog').first()
  await expect(drawer.getByText(text('improvements.origins.recurrence'))).toBeVisible()
  await expect(drawer.getByRole('button', { name: text('improvements.verbs.completion'), exact: true })).toBeDisabled()
  await drawer.getByRole('button', { name: text('improvements.verbs.plan') }).click()
  const plan = owner.page.getByRole('dialog').last()
  await plan.getByLabel(text('improvements.corrective')).fill('三台车返工')
  await plan.getByLabel(text('improvements.preventive')).fill('烤灯装计时器')
  await plan.getByLabel(text('improvements.step', { n: '1' })).fill('采购计时器')
  await plan.getByRole('button', { name: text('common.save') }).click()
  await drawer.getByRole('listitem').filter({ hasText: '采购计时器' }).getByRole('button', { name: text('improvements.verbs.step') }).click()
  await drawer.getByRole('button', { name: text('improvements.verbs.completion'), exact: true }).last().click()
  const completing = owner.page.getByRole('dialog').last()
  await completing.getByLabel(text('improvements.verbs.completion_words')).fill('三台烤灯已装')
  await completing.getByRole('button', { name: text('improvements.verbs.completion'), exact: true }).click()
  await expect(drawer.getByText(text('improvements.states.completed')).first()).toBeVisible()

  // What the cause cost lists its complaints.
  await page.goto(`${fresh.url}/complaint-costs`)
  const costs = page.getByRole('group', { name: text('improvements.costs.by_cause') })
  await costs.getByRole('row', { name: new RegExp(cause!.name) }).getByRole('link', { name: '3' }).click()
  await expect(page.getByText('尾盖发雾')).toBeVisible()

  // The month is signed as it stands, and printed as it was signed.
  await page.goto(`${fresh.url}/month-reports`)
  await page.getByLabel(text('improvements.months.summary'), { exact: true }).fill('同一根因三起，已查明')
  await page.getByLabel(text('improvements.months.measures'), { exact: true }).fill('烤灯装计时器')
  await page.getByRole('button', { name: text('improvements.months.sign'), exact: true }).click()
  const revision = page.getByRole('button', { name: text('improvements.months.revision', { n: '1' }) })
  await expect(revision).toBeVisible()
  await page.getByRole('button', { name: text('improvements.months.print') }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: text('complaints.print.xlsx') }).click()
  expect((await download).suggestedFilename()).toBe('month-report.xlsx')
  const month = (await api.get<{ months: { month: string }[] }>('/month-reports')).months[0]!.month
  const pdf = await page.request.get(`${fresh.url}/api/v1/month-reports/${month}/export?revision=1&format=pdf`)
  expect([pdf.status(), pdf.headers()['content-type']]).toEqual([200, 'application/pdf'])
})
