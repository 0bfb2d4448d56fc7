import { randomUUID } from 'node:crypto'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('two talks of one person are put together and a part is split off, each with its way back', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('快递到哪了')
  await agent.accept()
  const { page } = agent
  const api = new Api(page.request, fresh.url)
  const here = /cnv_\w+/.exec(page.url())?.[0] ?? ''
  await visitor.say('另外发票怎么开')
  await expect(agent.log.getByText('另外发票怎么开')).toBeVisible()

  // Split: from the second question on.
  await agent.log.getByText('另外发票怎么开').hover()
  await agent.log.getByRole('button', { name: text('conversations.verb.split') }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('checkbox', { name: /另外发票怎么开/ })).toBeChecked()
  await expect(dialog.getByRole('checkbox', { name: /快递到哪了/ })).not.toBeChecked()
  await dialog.getByLabel(text('conversations.threads.subject')).fill('开发票')
  await dialog.getByRole('button', { name: text('conversations.threads.split'), exact: true }).click()
  await expect(page).not.toHaveURL(new RegExp(here))
  await expect(agent.log.getByText('另外发票怎么开')).toBeVisible()
  await expect(agent.log.getByText('快递到哪了')).toHaveCount(0)
  await expect(page.getByText(text('conversations.silent.aside'))).toBeVisible()
  // The original is one click away, and says it too.
  await agent.log.getByRole('link', { name: text('conversations.threads.original') }).click()
  await expect(page).toHaveURL(new RegExp(here))
  await expect(agent.log.getByText('快递到哪了')).toBeVisible()
  await expect(agent.log.getByText(/开发票/)).toBeVisible()

  // The same person on another channel: merged there, gone on here.
  const { customer_id } = await api.get<{ customer_id: string }>(`/conversations/${here}`)
  const channel = await api.post<{ id: string }>('/channels', { name: '会员网站', kind: 'web_chat' })
  const other = await api.post<{ id: string }>('/conversations', { customer_id, channel_id: channel.id })
  await api.post(`/conversations/${other.id}/messages`, { client_id: randomUUID(), text: '这边也收到了' })
  await page.getByRole('button', { name: text('conversations.more') }).click()
  await page.getByRole('menuitem', { name: text('conversations.threads.merge_verb') }).click()
  await dialog.getByRole('radio', { name: /这边也收到了/ }).check()
  await dialog.getByRole('button', { name: text('conversations.threads.merge'), exact: true }).click()
  await expect(agent.log.getByText(/并到这里/)).toBeVisible()
  await page.getByRole('status').getByRole('button', { name: text('common.undo') }).last().click()
  await expect(agent.log.getByText(/撤销了会话合并/)).toBeVisible()
  expect(await api.get<{ state: string }>(`/conversations/${other.id}`)).toMatchObject({ state: 'active', merged_into: null })
  // What the customer is told of all this: nothing.
  await expect(visitor.messages).toHaveCount(2)
})
