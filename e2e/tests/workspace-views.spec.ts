import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r036 a view counts live without asking, two conversations are linked, and what was said is kept as a canned reply', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const { page } = agent
  const dialog = page.getByRole('dialog')
  const first = new Visitor(await someone())
  await first.arrive(fresh.url)
  await first.say('我要退款')
  await agent.accept()
  await agent.reply('请稍等，马上查')
  const second = new Visitor(await someone())
  await second.arrive(fresh.url)
  await second.say('我的发票呢')
  await agent.accept()
  await agent.reply('今天寄出')

  // A view of one tag; nobody has it yet.
  await page.getByRole('button', { name: text('conversations.views.new') }).click()
  await dialog.getByLabel(text('conversations.views.name'), { exact: true }).fill('退款')
  await dialog.getByLabel(text('conversations.views.tags')).fill('退款')
  await page.keyboard.press('Enter')
  const chip = page.getByRole('group', { name: text('conversations.views.title') }).getByRole('button', { name: /^退款/ })
  await expect(chip).toHaveText(/退款\s*0/)
  await expect(chip).toHaveAttribute('aria-pressed', 'true')
  await expect(agent.row(/今天寄出/)).toHaveCount(0)

  // Tagged elsewhere, it is counted and shown; no request of this page asks for it.
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const api = new Api(page.request, fresh.url)
  const rows = (await api.get<{ items: { id: string; preview: string }[] }>('/conversations?state=active')).items
  const refund = rows.find(({ preview }) => preview.includes('马上查'))
  await api.put(`/conversations/${refund?.id}/tags`, { tags: ['退款'] })
  await expect(chip).toHaveText(/退款\s*1/)
  await expect(agent.row(/马上查/)).toBeVisible()
  expect(asked.filter((path) => path === '/api/v1/conversations' || path.includes('views'))).toEqual([])

  // Linked with the other one: both show it.
  await agent.row(/马上查/).click()
  await expect(page).toHaveURL(/view=/)
  await page.getByRole('button', { name: text('conversations.links.add') }).click()
  await expect(dialog.getByRole('radio')).toHaveCount(1)
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: text('conversations.panel.title') })
  await expect(agent.log.getByText(text('conversations.event.linked', { by: text('conversations.you') }))).toBeVisible()
  await panel.getByRole('link', { name: /今天寄出/ }).click()
  await expect(panel.getByRole('link', { name: /马上查/ })).toBeVisible()

  // What was said is kept to be said again.
  await agent.log.getByText('今天寄出').hover()
  await agent.log.getByRole('button', { name: text('conversations.canned.keep') }).click()
  await dialog.getByLabel(text('knowledge.canned.code'), { exact: true }).fill('jc')
  await dialog.getByLabel(text('knowledge.canned.name'), { exact: true }).fill('寄出')
  await dialog.getByRole('button', { name: text('common.save') }).click()
  await expect.poll(async () => (await api.get<{ code: string; text: string }[]>('/canned-replies')).find(({ code }) => code === 'jc')?.text).toBe('今天寄出')
})
