import type { Page } from '@playwright/test'
import { ADMINISTRATOR, Api } from '../support/api.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test.beforeEach(async ({ playwright }) => {
  // An administrator must exist; the page under test stays a stranger.
  const stranger = await playwright.request.newContext()
  await new Api(stranger).signIn()
  await stranger.dispose()
})

async function fill(page: Page, password: string): Promise<void> {
  await page.getByLabel(text('shell.sign_in.login')).fill(ADMINISTRATOR.login)
  await page.getByLabel(text('shell.sign_in.password')).fill(password)
  await page.getByRole('button', { name: text('shell.sign_in.verb') }).click()
}

test('a stranger is asked to sign in and then led where they wanted to go', async ({ page }) => {
  await page.goto('/settings')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await fill(page, ADMINISTRATOR.password)
  await expect(page).toHaveURL(/\/settings/)
})

test('a wrong password says so and keeps the door shut', async ({ page }) => {
  await page.goto('/sign-in')
  await fill(page, 'not-the-password')
  await expect(page.getByText(text('errors.fields.wrong_login_or_password')).first()).toBeVisible()
  await expect(page).toHaveURL(/\/sign-in/)
  expect((await page.request.get('/api/v1/session')).status()).toBe(401)
})

test('an address from elsewhere leads nobody away', async ({ page }) => {
  for (const next of ['//example.org/', '/\\example.org', 'https://example.org/']) {
    await page.context().clearCookies()
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await fill(page, ADMINISTRATOR.password)
    await expect(page).not.toHaveURL(/sign-in/)
    expect(new URL(page.url()).origin).toBe(process.env.ZHIKE_URL)
  }
})

test('the session cookie is out of reach of scripts, and a request without the guard header is refused', async ({ page, signedIn }) => {
  await page.goto('/')
  expect(await page.evaluate(() => document.cookie)).not.toContain('zhike_session')
  const forged = await page.request.post('/api/v1/tasks', { data: { title: 'forged' } })
  expect(forged.status()).toBe(403)
})
