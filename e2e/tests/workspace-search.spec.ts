import { randomUUID } from 'node:crypto'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('what was said is found, marked, and leads to its place in a long conversation', async ({ fresh, someone }) => {
  test.setTimeout(90_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('开始')
  await agent.accept()
  const id = /cnv_\w+/.exec(agent.page.url())?.[0] ?? ''
  const api = new Api(agent.page.request, fresh.url)
  await agent.page.goto(`${fresh.url}/customers`)
  for (let n = 1; n <= 260; n += 1) await api.post(`/conversations/${id}/messages`, { client_id: randomUUID(), text: n === 40 ? '請寄發票到公司' : `第 ${n} 条` })

  await agent.page.keyboard.press('Control+k')
  await agent.page.keyboard.type('发票')
  // Simplified finds Traditional; the words are marked.
  const found = agent.page.getByRole('option', { name: /請寄發票到公司/ })
  await expect(found).toBeVisible()
  await found.click()
  await expect(agent.log.getByText('請寄發票到公司')).toBeInViewport()
  await expect(agent.log.getByText('第 39 条', { exact: true })).toBeVisible()

  // News does not tear one away from there; one step leads back to the end.
  await visitor.say('最新的话')
  await expect(agent.log.getByText('請寄發票到公司')).toBeInViewport()
  await agent.page.getByRole('button', { name: text('conversations.to_latest') }).click()
  await expect(agent.messages.last()).toHaveText('最新的话')

  await agent.page.goto(`${fresh.url}/search?q=${encodeURIComponent('第 77')}`)
  await agent.page.getByRole('row', { name: /第 77 条/ }).first().click()
  await expect(agent.log.getByText('第 77 条', { exact: true })).toBeInViewport()
})
