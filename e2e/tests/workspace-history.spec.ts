import { randomUUID } from 'node:crypto'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('what a customer came for before is read and searched beside the conversation, in place', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const agent = new Agent(await someone())
  // What the server sends by the socket can be kept back, and then let go.
  let held: string[] | undefined
  let letGo = () => {}
  await agent.page.routeWebSocket(/\/api\/v1\/ws$/, (socket) => {
    const server = socket.connectToServer()
    server.onMessage((frame) => void (held ? held.push(String(frame)) : socket.send(frame)))
    letGo = () => {
      for (const frame of held ?? []) socket.send(frame)
      held = undefined
    }
  })
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('上次说的退款')
  await agent.accept()
  const first = /cnv_\w+/.exec(agent.page.url())?.[0] ?? ''
  const api = new Api(agent.page.request, fresh.url)
  for (let n = 1; n <= 80; n += 1) await api.post(`/conversations/${first}/messages`, { client_id: randomUUID(), text: n === 5 ? '三个工作日内到账' : `说明 ${n}` })
  const { customer_id } = await api.get<{ customer_id: string }>(`/conversations/${first}`)
  await api.post(`/conversations/${first}/closure`, {})
  const { id } = await api.post<{ id: string }>('/conversations', { customer_id })
  expect(id).not.toBe(first)
  await agent.page.goto(`${fresh.url}/conversations/${id}`)
  await expect(agent.field).toBeEditable()

  const panel = agent.page.getByRole('complementary', { name: text('conversations.panel.title') })
  await panel.getByRole('tab', { name: text('conversations.history.title') }).click()
  // This conversation is no past one.
  await expect(panel.getByRole('listitem')).toHaveCount(1)
  await panel.getByRole('listitem').getByRole('button').click()
  const past = panel.getByRole('log')
  await expect(past.getByText('说明 80', { exact: true })).toBeInViewport()
  // Nothing can be written there, and what one is writing stays.
  await expect(panel.locator('textarea')).toHaveCount(0)
  await agent.field.fill('您好')
  await panel.getByRole('button', { name: text('conversations.history.back') }).click()

  await panel.getByRole('searchbox').fill('工作日')
  await panel.getByRole('searchbox').press('Enter')
  held = []
  await panel.getByRole('listitem').getByRole('button', { name: /三个工作日内到账/ }).click()
  await expect(past.getByText('三个工作日内到账')).toBeInViewport()
  await expect(past.getByText('说明 80', { exact: true })).toHaveCount(0)
  // The newest come too, after the place that was asked for: they are no news, and one press away.
  await expect.poll(() => held?.some((frame) => frame.includes('说明 80'))).toBe(true)
  letGo()
  await expect(past.getByText('三个工作日内到账')).toBeInViewport()
  await panel.getByRole('button', { name: text('conversations.to_latest') }).click()
  await expect(past.getByText('说明 80', { exact: true })).toBeInViewport()
  await expect(agent.page).toHaveURL(new RegExp(id))
  await expect(agent.field).toHaveValue('您好')
})
