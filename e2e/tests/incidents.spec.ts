import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('h25 an incident is declared, seen live, answered in one click, told to all linked and looked back on', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string }>('/units', { name: '在线', kind: 'team' })
  for (const id of [await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('支付一直失败')
  await linxiao.accept()

  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  const { page } = suhe
  await page.goto(`${fresh.url}/incidents`)
  await page.getByRole('button', { name: text('incidents.new') }).click()
  await page.getByLabel(text('incidents.name')).fill('支付页面打不开')
  await page.getByLabel(text('incidents.reply')).fill('支付暂时不可用，正在抢修')
  await page.getByLabel(text('incidents.words')).fill('支付，付款')
  await page.getByRole('button', { name: text('incidents.declare'), exact: true }).click()
  await expect(page.getByRole('heading', { name: '支付页面打不开' })).toBeVisible()

  // The agent sees it at once, above the page and beside the conversation, whose customer speaks of it.
  const strip = linxiao.page.getByRole('region', { name: text('incidents.title') })
  await expect(linxiao.page.getByRole('status').getByText('支付页面打不开')).toBeVisible()
  await expect(strip.getByText(text('incidents.strip.suggested', { title: '支付页面打不开' }))).toBeVisible()
  await strip.getByRole('button', { name: text('incidents.strip.put') }).click()
  await expect(linxiao.field).toHaveValue('支付暂时不可用，正在抢修')
  await linxiao.field.press('Enter')
  await expect(visitor.messages).toHaveText(['支付一直失败', '支付暂时不可用，正在抢修'])
  await strip.getByRole('button', { name: text('incidents.link_one') }).click()
  await expect(strip.getByText(text('incidents.strip.linked', { title: '支付页面打不开' }))).toBeVisible()

  // One update reaches all who are linked.
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('tab', { name: new RegExp(text('incidents.tab.updates')) }).click()
  await drawer.getByLabel(text('incidents.update_label')).fill('支付已恢复')
  await drawer.getByRole('button', { name: text('incidents.send', { n: '1' }) }).click()
  await expect(visitor.messages).toHaveText(['支付一直失败', '支付暂时不可用，正在抢修', '支付已恢复'])
  await expect(drawer.getByText(text('incidents.reached', { n: '1' }))).toBeVisible()

  // Over: the banner goes, and what is to be done becomes a task.
  await drawer.getByRole('button', { name: text('incidents.end') }).click()
  await page.getByRole('dialog').last().getByRole('button', { name: text('incidents.end') }).click()
  await expect(linxiao.page.getByText('支付页面打不开')).toHaveCount(0)
  await drawer.getByLabel(text('incidents.review.what')).fill('支付中断')
  await drawer.getByLabel(text('incidents.review.cause')).fill('证书过期')
  await drawer.getByRole('button', { name: text('incidents.review.add') }).click()
  await drawer.getByLabel(text('incidents.review.action'), { exact: true }).fill('证书到期提醒')
  await drawer.getByLabel(text('incidents.review.owner')).selectOption({ label: '林筱' })
  await drawer.getByRole('button', { name: text('incidents.review.save') }).click()
  await expect(drawer.getByText('林筱 ·')).toBeVisible()
  await linxiao.page.goto(`${fresh.url}/tasks`)
  await expect(linxiao.page.getByText('证书到期提醒')).toBeVisible()
})
