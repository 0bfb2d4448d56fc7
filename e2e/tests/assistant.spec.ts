import { Api } from '../support/api.ts'
import { LanguageModel } from '../support/languageModel.ts'
import { Agent, Visitor } from '../support/people.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('who waits is answered from the knowledge when it is sure, and whoever takes over reads what was said', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  await hire(api, 'suhe', '苏禾', 'supervisor')
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  const writer = new Api(suhe.page.request, fresh.url)
  const draft = await writer.post<{ id: string; version: number }>('/articles', { title: '退款多久到账', answer: '一到五个工作日，原路退回', body: '银行卡稍慢', audience: 'public' })
  const { version } = await writer.post<{ version: number }>(`/articles/${draft.id}/submission`, { version: draft.version })
  await api.post(`/articles/${draft.id}/publication`, { version })

  // Switched on for the one queue there is.
  await boss.page.goto(`${fresh.url}/settings/assistant`)
  await boss.page.getByRole('switch').first().click()
  await expect(boss.page.getByRole('switch').first()).toBeChecked()
  await expect(boss.page.getByLabel(text('assistant.address'), { exact: true })).toHaveValue(fresh.url)

  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('请问退款多久能到账')
  await expect(visitor.frame.getByText('一到五个工作日，原路退回')).toBeVisible()
  await expect(visitor.frame.getByRole('link', { name: `${fresh.url}/articles/${draft.id}` })).toBeVisible()

  // Whoever takes over reads what was asked and answered; then it is silent.
  await boss.page.goto(`${fresh.url}/conversations`)
  await boss.ready()
  await boss.accept()
  await expect(boss.log.getByText('客户问：请问退款多久能到账')).toBeVisible()
  await boss.reply('您好，我来帮您查')
  await visitor.say('退款多久到账')
  await boss.page.goto(`${fresh.url}/settings/assistant`)
  await expect(boss.page.getByRole('row', { name: /退款多久到账/ })).toContainText('1')
  await expect(visitor.frame.getByText('一到五个工作日，原路退回')).toHaveCount(1)
})

test('a model is set up by who may, answers from an article where the rule is not sure, and what it was sent and said is seen', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const model = await LanguageModel.start()
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  await hire(api, 'suhe', '苏禾', 'supervisor')
  const suhe = new Agent(await someone())
  await suhe.signIn(fresh.url, 'suhe')
  const writer = new Api(suhe.page.request, fresh.url)
  const draft = await writer.post<{ id: string; version: number }>('/articles', { title: '退款多久到账', answer: '一到五个工作日，原路退回', body: '银行卡稍慢', audience: 'public' })
  const { version } = await writer.post<{ version: number }>(`/articles/${draft.id}/submission`, { version: draft.version })
  await api.post(`/articles/${draft.id}/publication`, { version })

  await boss.page.goto(`${fresh.url}/settings/assistant`)
  await boss.page.getByRole('switch').first().click()
  await expect(boss.page.getByRole('switch').first()).toBeChecked()
  await boss.page.getByRole('tab', { name: text('assistant.tabs.model') }).click()
  const fill = (key: string, value: string) => boss.page.getByLabel(text(`assistant.model.${key}`), { exact: true }).fill(value)
  await fill('base_url', model.url)
  await fill('name', 'test-1')
  await fill('key', 'sk-geheim')
  await boss.page.getByRole('switch', { name: text('assistant.model.inside') }).click()
  await boss.page.getByRole('switch', { name: text('assistant.model.on'), exact: true }).click()
  await boss.page.locator('#assistant-model').getByRole('button', { name: text('common.save') }).click()
  await expect(boss.page.getByText(text('assistant.model.key_kept'))).toBeVisible()

  // It lies first: nothing is said. Then it rests on the article.
  model.answer = { article: 'A1', sure: true, answer: '一到五个工作日，请到 https://evil.example 领取' }
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('退款呢')
  await expect.poll(() => model.asked.length).toBe(1)
  model.answer = { article: 'A1', sure: true, answer: '一到五个工作日，原路退回。' }
  await visitor.say('退款呢，我的电话 13812345678')
  await expect(visitor.frame.getByText('一到五个工作日，原路退回。')).toBeVisible()
  await expect(visitor.frame.getByText('evil.example')).toHaveCount(0)
  expect(model.asked.join()).not.toContain('13812345678')

  await boss.page.getByRole('tab', { name: text('assistant.tabs.questions') }).click()
  await expect(boss.page.getByRole('row', { name: new RegExp(text('assistant.model.why.strange_link')) })).toBeVisible()
  await boss.page.getByRole('row', { name: /【号码】/ }).click()
  const drawer = boss.page.getByRole('dialog')
  await expect(drawer.getByText('原路退回').first()).toBeVisible()
  await expect(drawer.getByText('13812345678')).toHaveCount(0)
  await model.stop()
})
