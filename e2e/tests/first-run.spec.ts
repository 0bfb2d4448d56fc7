import { type Page } from '@playwright/test'
import { ADMINISTRATOR, Api } from '../support/api.ts'
import { text } from '../support/texts.ts'
import { expect, test } from '../support/test.ts'

const next = (page: Page) => page.getByRole('button', { name: text('setup.next') }).click()
const heading = (page: Page, step: string) => expect(page.getByRole('heading', { level: 1, name: text(`setup.${step}.heading`) })).toBeVisible()

test('an empty installation is set up step by step, left and taken up again, until the first message is answered', async ({ fresh, someone }) => {
  const page = await someone()
  await page.goto(fresh.url)
  await expect(page).toHaveURL(/\/setup$/)
  await page.getByLabel(text('setup.administrator.name')).fill(ADMINISTRATOR.name)
  await page.getByLabel(text('setup.administrator.login')).fill(ADMINISTRATOR.login)
  await page.getByLabel(text('setup.administrator.password')).fill(ADMINISTRATOR.password)
  await next(page)
  await heading(page, 'organisation')
  await page.getByLabel(text('setup.organisation.name')).fill('晨光家电')
  await next(page)
  await heading(page, 'hours')
  // A finished step is its answer.
  await expect(page.getByRole('button', { name: '晨光家电' })).toBeVisible()
  await next(page)
  await heading(page, 'queue')

  // Left for the workspace, which reminds of it; taken up where it was left, after a reload too.
  await page.getByRole('button', { name: text('setup.later') }).click()
  await page.getByRole('button', { name: text('setup.resume') }).click()
  await heading(page, 'queue')
  await page.reload()
  await heading(page, 'queue')
  await page.getByLabel(text('setup.queue.name')).fill('售后')
  // Everybody serves it, unless it is said who.
  await page.getByRole('switch', { name: text('routing.queues.all_members') }).click()
  await expect(page.getByRole('checkbox', { name: ADMINISTRATOR.name })).toBeChecked()
  await page.getByRole('checkbox', { name: ADMINISTRATOR.name }).click()
  await expect(page.getByRole('button', { name: text('setup.next') })).toBeDisabled()
  await page.getByRole('checkbox', { name: ADMINISTRATOR.name }).click()
  await next(page)

  await heading(page, 'snippet')
  const session = new Api(page.request, fresh.url)
  const { user } = await session.get<{ user: { id: string } }>('/session')
  const [queue] = await session.get<{ name: string; everybody: boolean; member_ids: string[] }[]>('/queues')
  expect(queue).toMatchObject({ name: '售后', everybody: false, member_ids: [user.id] })
  await expect(page.getByLabel(text('setup.snippet.code'))).toContainText(`${fresh.url}/widget.js`)
  await next(page)

  await heading(page, 'test')
  const widget = page.frameLocator('iframe')
  await widget.getByRole('textbox').fill('你好，想问下几天能到？')
  await widget.getByRole('textbox').press('Enter')
  await page.getByRole('button', { name: text('conversations.offer.accept') }).click()
  const reply = page.getByLabel(text('setup.test.reply', { name: '' })).first()
  await reply.fill('您好，明天就到。')
  await reply.press('Enter')
  await expect(widget.getByText('您好，明天就到。')).toBeVisible()
  await expect(page.getByText(text('setup.test.done'))).toBeVisible()
  await page.getByRole('button', { name: text('setup.test.finish') }).click()
  await expect(page).toHaveURL(/\/conversations/)
  await expect(page.getByRole('button', { name: text('setup.resume') })).toHaveCount(0)

  // A second administrator cannot be made through the front door.
  await page.context().clearCookies()
  await page.goto(`${fresh.url}/setup`)
  await expect(page).toHaveURL(/sign-in/)
})

test('demo data fill an empty installation in one click, and somebody of it is signed in', async ({ fresh, someone }) => {
  const page = await someone()
  await page.goto(fresh.url)
  await page.getByRole('button', { name: text('setup.demo.begin') }).click()
  await expect(page).toHaveURL(/\/conversations/, { timeout: 60_000 })
  const { user, role } = await new Api(page.request, fresh.url).get<{ user: { name: string }; role: { name: string } }>('/session')
  expect([user.name, role.name]).toEqual(['苏禾', 'supervisor'])
  // The floor is not empty.
  await page.getByRole('link', { name: text('routing.floor.rail') }).click()
  await expect(page.getByText('售前咨询').first()).toBeVisible()
  // Who comes later is asked to sign in.
  const other = await someone()
  await other.goto(`${fresh.url}/setup`)
  await expect(other).toHaveURL(/sign-in/)
})
