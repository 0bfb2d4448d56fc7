import { Api } from '../support/api.ts'
import { Agent } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Complaint {
  id: string
  version: number
  judgement: unknown
  investigation: unknown
  directive: unknown
  course: { number: number }[]
}

test('x5 a sanction is proposed, read, appealed and withdrawn, and the facts of its complaint are still there', async ({ fresh, someone }) => {
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string }>('/units', { name: '在线', kind: 'team' })
  const me = (await api.get<{ user: { id: string } }>('/session')).user.id
  for (const id of [me, await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const rules = await api.get<Record<string, unknown>>('/complaint-rules')
  const { categories } = await api.put<{ categories: { children: { id: string }[] }[] }>('/complaint-rules', { ...rules, categories: [{ name: '服务', kind: 'service', children: [{ name: '态度' }] }] })
  const complaint = await api.post<Complaint>('/complaints', { anonymous: true, content: '说好回电，一周没消息', remedy: '给说法', happened_at: 1, way: 'phone', severity: 'minor', acknowledged: true })
  const at = (rest: string) => `/complaints/${complaint.id}${rest}`
  await api.post(at('/completion'), {})
  await api.put(at('/judgement'), { grounds: true, reasonable: true, upheld: true, category_id: categories[0]?.children[0]?.id, responsible_unit_id: unit.id, answer_by: Date.now() + 86_400_000 })
  await api.post(at('/completion'), {})
  await api.put(at('/investigation'), { cause: '没有交接', responsible: '林筱' })
  await api.post(at('/completion'), {})
  const option = (title: string) => ({ title, how: '主管致电', cost: 0, compensation: 0, takes: '当天' })
  await api.put(at('/options'), { version: (await api.get<Complaint>(at(''))).version, options: [option('致歉'), option('致歉并赠券')] })
  const submitted = await api.post<Complaint>(at('/submission'), { discussed_with: '在线' })

  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await new Api(suhe.page.request, fresh.url).post(at('/directive'), { version: submitted.version, option: 0, words: '同意' })
  const facts = await api.get<Complaint>(at(''))

  await suhe.page.goto(`${fresh.url}/complaints/${complaint.id}`)
  await suhe.page.getByRole('button', { name: text('sanctions.propose') }).click()
  const form = suhe.page.getByRole('dialog')
  const send = form.getByRole('button', { name: text('sanctions.propose') })
  await form.getByLabel(text('sanctions.person')).selectOption({ label: '林筱' })
  await form.getByLabel(text('sanctions.reason')).fill('答应回电没有登记')
  await expect(send).toBeDisabled()
  await form.getByRole('checkbox', { name: /说好回电/ }).first().click()
  await form.getByLabel(text('sanctions.record')).fill('交接班登记本第 12 页')
  await send.click()
  await expect(suhe.page.getByRole('button', { name: /林筱/ })).toBeVisible()

  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  const { page } = linxiao
  await page.goto(`${fresh.url}/sanctions`)
  await page.getByText('林筱', { exact: true }).last().click()
  const sheet = page.getByRole('dialog')
  await expect(sheet.getByText('说好回电，一周没消息')).toBeVisible()
  await sheet.getByRole('button', { name: text('sanctions.acts.acknowledge') }).click()
  await sheet.getByRole('button', { name: text('sanctions.acts.appeal') }).click()
  const appeal = page.getByRole('dialog', { name: text('sanctions.acts.appeal') })
  await appeal.getByLabel(text('sanctions.acts.appeal_words')).fill('当天系统停机')
  await appeal.getByRole('button', { name: text('sanctions.acts.appeal') }).click()
  await expect(page.getByText(text('sanctions.next.appealed'))).toBeVisible()

  await boss.page.goto(`${fresh.url}/sanctions`)
  await boss.page.getByText('林筱', { exact: true }).last().click()
  await boss.page.getByRole('button', { name: text('sanctions.acts.decision') }).click()
  const decision = boss.page.getByRole('dialog', { name: text('sanctions.acts.decision') })
  await decision.getByRole('radio', { name: text('sanctions.outcomes.withdrawn') }).click()
  await decision.getByLabel(text('sanctions.acts.decision_words')).fill('停机属实')
  await decision.getByRole('button', { name: text('sanctions.acts.decision') }).click()
  await expect(boss.page.getByText(text('sanctions.facts_stay'))).toBeVisible()
  const after = await api.get<Complaint>(at(''))
  expect([after.version, after.judgement, after.investigation, after.directive, after.course]).toEqual([facts.version, facts.judgement, facts.investigation, facts.directive, facts.course])
})
