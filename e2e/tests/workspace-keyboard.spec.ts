import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('by keyboard alone: ready, accept, canned reply, send, wrap up and close, on to the next', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const api = new Api(agent.page.request, fresh.url)
  await api.post('/canned-replies', { code: 'hi', title: '问候', text: '您好，请问有什么可以帮您？', scope: 'all', group: '' })
  await api.post('/wrap-up-reasons', { label: '咨询' })
  const { page } = agent
  await page.reload()
  const offer = page.getByRole('alert').filter({ hasText: text('conversations.offer.title') })
  const presence = (state: string) => page.getByRole('button', { name: text('routing.presence.mine', { state: text(`routing.presence.${state}`) }) })
  await expect(presence('offline')).toBeVisible()
  await page.keyboard.press('F2')
  await expect(presence('ready')).toBeVisible()

  const first = new Visitor(await someone())
  await first.arrive(fresh.url)
  await first.say('甲')
  await expect(offer).toBeVisible()
  await page.keyboard.press('F8')
  await expect(agent.messages).toHaveText(['甲'])
  const second = new Visitor(await someone())
  await second.arrive(fresh.url)
  await second.say('乙')
  await expect(offer).toBeVisible()
  await page.keyboard.press('F8')
  await expect(agent.messages).toHaveText(['乙'])

  // The focus is where one writes.
  await expect(agent.field).toBeFocused()
  await page.keyboard.type('/hi')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(second.messages).toHaveText(['乙', '您好，请问有什么可以帮您？'])

  await page.keyboard.press('Alt+w')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('1')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByText(text('conversations.silent.closed'))).toBeVisible()

  await page.keyboard.press('Alt+ArrowDown')
  await expect(agent.messages).toHaveText(['甲'])
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('combobox', { name: text('common.palette.title') })).toBeFocused()
  await page.keyboard.press('Escape')
})

test('the input method keeps its keys: Enter, arrows, Escape and the slash', async ({ fresh, someone }) => {
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await new Api(agent.page.request, fresh.url).post('/canned-replies', { code: 'nihao', title: '问候', text: '您好', scope: 'all', group: '' })
  await agent.page.reload()
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('在吗')
  await agent.accept()
  await agent.field.focus()
  await agent.page.keyboard.type('/')
  const replies = agent.page.getByRole('listbox', { name: text('conversations.canned.title') })
  await expect(replies).toBeVisible()

  const keys = await agent.page.context().newCDPSession(agent.page)
  await keys.send('Input.imeSetComposition', { text: 'nihao', selectionStart: 5, selectionEnd: 5 })
  // What is being composed calls for no replies, and its keys choose none.
  await expect(replies).toHaveCount(0)
  for (const [key, code] of [['Enter', 13], ['ArrowDown', 40], ['Escape', 27], ['Enter', 229]] as const) {
    await keys.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code: key, windowsVirtualKeyCode: code })
  }
  await keys.send('Input.insertText', { text: '你好' })
  await expect(agent.field).toHaveValue('/你好')
  await expect(agent.messages).toHaveText(['在吗'])
  await agent.field.fill('你好')
  await expect(async () => {
    await agent.field.press('Enter')
    await expect(agent.messages).toHaveText(['在吗', '你好'], { timeout: 500 })
  }).toPass()
})
