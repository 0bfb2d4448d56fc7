import { Api } from '../support/api.ts'
import { Agent } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('the same is done to sixty conversations at the server, through a page that is closed and a power cut, and taken back', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const { page } = agent
  const api = new Api(page.request, fresh.url)
  const ids: string[] = []
  for (let n = 1; n <= 60; n += 1) {
    const customer = await api.post<{ id: string }>('/customers', { name: `客户${n}` })
    ids.push((await api.post<{ id: string }>('/conversations', { customer_id: customer.id })).id)
  }
  await page.goto(`${fresh.url}/conversations`)
  await expect(agent.row(/客户\d+/).first()).toBeVisible()
  await page.keyboard.press('Alt+x')
  await page.keyboard.press('Alt+a')
  const bar = page.getByRole('toolbar', { name: text('conversations.batch.title') })
  await expect(bar.getByRole('status')).toHaveText(text('conversations.batch.chosen', { n: '60' }))
  await bar.getByRole('button', { name: text('conversations.batch.tag'), exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('回访')
  const begun = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/batches') && answer.request().method() === 'POST')
  await dialog.getByRole('button', { name: text('conversations.batch.tag'), exact: true }).click()
  const { id } = (await (await begun).json()) as { id: string }

  // Whoever pulls the plug now loses nothing: what was done stays, the rest is done after.
  await fresh.kill()
  await fresh.restart()
  await page.reload()
  const batch = async () => (await api.get<{ id: string; state: string; done: number }[]>('/batches')).find((one) => one.id === id)
  await expect.poll(async () => (await batch())?.state, { timeout: 60_000 }).toBe('done')
  expect((await batch())?.done).toBe(60)
  for (const one of [ids[0], ids[59]]) expect((await api.get<{ tags: string[] }>(`/conversations/${one}`)).tags).toEqual(['回访'])

  // Taken back from a page that sees it through, and nothing of the one before: that one could be taken back too.
  await page.reload()
  await expect(agent.row(/客户\d+/).first()).toBeVisible()
  await page.keyboard.press('Alt+x')
  await page.keyboard.press('Alt+a')
  await bar.getByRole('button', { name: text('conversations.batch.tag'), exact: true }).click()
  await dialog.getByRole('textbox').fill('批量')
  await dialog.getByRole('button', { name: text('conversations.batch.tag'), exact: true }).click()
  await page.getByRole('button', { name: text('common.undo') }).click({ timeout: 30_000 })
  await expect.poll(async () => (await api.get<{ tags: string[] }>(`/conversations/${ids[30]}`)).tags, { timeout: 30_000 }).toEqual(['回访'])
})
