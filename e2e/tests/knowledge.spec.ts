import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('an article is written, published by somebody else, suggested beside the conversation, and what is missing becomes a gap', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  await hire(api, 'suhe', '苏禾', 'supervisor')
  await hire(api, 'linxiao', '林筱', 'agent')

  // Written in the console, with hostile words in it.
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  await suhe.page.goto(`${fresh.url}/articles`)
  await suhe.page.getByRole('button', { name: text('knowledge.new') }).click()
  const form = suhe.page.getByRole('dialog')
  await form.getByLabel(text('knowledge.name'), { exact: true }).fill('退款多久到账')
  await form.getByLabel(text('knowledge.answer')).fill('一到五个工作日，原路退回')
  await form.getByLabel(text('knowledge.body'), { exact: true }).and(suhe.page.locator('textarea')).fill('# 到账时间\n**银行卡**三到五天 <img src=x onerror="document.title=1">\n\n- 微信一天')
  await form.getByRole('radio', { name: text('knowledge.audiences.public') }).click()
  await form.getByRole('radio', { name: text('knowledge.views.preview') }).click()
  await expect(form.locator('strong', { hasText: '银行卡' })).toBeVisible()
  await expect(form.locator('img')).toHaveCount(0)
  await form.getByRole('button', { name: text('knowledge.save') }).click()
  await form.getByRole('button', { name: text('knowledge.submit') }).click()
  await expect(form.getByText(text('knowledge.waits'))).toBeVisible()

  // Published by somebody else.
  await boss.page.goto(`${fresh.url}/articles`)
  await boss.page.getByText('退款多久到账').click()
  await boss.page.getByRole('dialog').getByRole('button', { name: text('knowledge.publish') }).click()
  await expect(boss.page.getByRole('dialog').getByText(text('knowledge.states.published'), { exact: true })).toBeVisible()

  // Beside the conversation.
  const linxiao = new Agent(await someone())
  await linxiao.signIn(fresh.url, 'linxiao')
  await linxiao.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('请问退款多久能到账')
  await linxiao.accept()
  const panel = linxiao.page.getByRole('complementary', { name: text('conversations.panel.title') })
  await panel.getByRole('tab', { name: text('knowledge.desk.tab') }).click()
  await expect(panel.getByText(text('knowledge.desk.sure'))).toBeVisible()
  await panel.getByRole('button', { name: /退款多久到账/ }).click()
  await expect(panel.locator('strong', { hasText: '银行卡' })).toBeVisible()
  await panel.getByRole('button', { name: text('knowledge.desk.insert') }).click()
  await expect(linxiao.field).toHaveValue('一到五个工作日，原路退回')
  await linxiao.field.fill('')
  await panel.getByRole('button', { name: text('knowledge.desk.cite') }).click()
  await expect(linxiao.field).toHaveValue(/^退款多久到账 http.*\/articles\/art_/)
  const link = (await linxiao.field.inputValue()).split(' ')[1] ?? ''
  await linxiao.field.press('Enter')
  await expect(visitor.messages).toHaveCount(2)
  await panel.getByRole('button', { name: text('knowledge.desk.helpful'), exact: true }).click()
  await expect(panel.getByRole('button', { name: text('knowledge.desk.helpful'), exact: true })).toHaveAttribute('aria-pressed', 'true')

  // As the customer reads it.
  const customer = await someone()
  await customer.goto(link)
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('退款多久到账')
  await expect(customer.locator('img')).toHaveCount(0)

  // A search without a hit is a gap; whoever writes finds it, with the conversation.
  await panel.getByRole('button', { name: text('common.back') }).click()
  await panel.getByLabel(text('knowledge.seek')).fill('海外能不能寄')
  await panel.getByLabel(text('knowledge.seek')).press('Enter')
  await expect(linxiao.page.getByText(text('knowledge.desk.reported'))).toBeVisible()
  await suhe.page.goto(`${fresh.url}/knowledge-gaps`)
  await suhe.page.getByText('海外能不能寄').click()
  await expect(suhe.page.getByRole('dialog').getByText(text('knowledge.gaps.sources.search'))).toBeVisible()
  await suhe.page.getByRole('dialog').getByRole('button', { name: text('knowledge.gaps.write') }).click()
  await expect(suhe.page.getByRole('dialog').getByLabel(text('knowledge.name'), { exact: true })).toHaveValue('海外能不能寄')
})
