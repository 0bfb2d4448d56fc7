import { createHmac } from 'node:crypto'
import type { Page } from '@playwright/test'
import { Api } from '../support/api.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const PASSWORD = 'long enough 1'

/** What an authenticator app shows for this secret, so many half minutes from now. */
function shown(secret: string, steps = 0): string {
  const bits = [...secret.replace(/\s/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const hash = createHmac('sha1', key).update(step).digest()
  const at = (hash[19] ?? 0) & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function account(api: Api, login: string): Promise<string> {
  const roles = await api.get<{ id: string; name: string }[]>('/roles')
  const role = roles.find(({ name }) => name === 'agent')
  const user = await api.post<{ id: string }>('/users', { login, name: login, role_id: role?.id, locale: 'zh-CN', password: PASSWORD })
  return user.id
}

async function password(page: Page, login: string): Promise<void> {
  await page.getByLabel(text('shell.sign_in.login')).fill(login)
  await page.getByLabel(text('shell.sign_in.password')).fill(PASSWORD)
  await page.getByRole('button', { name: text('shell.sign_in.verb') }).click()
}

test('a second factor is turned on, asked for, and a recovery code opens in its place', async ({ api, signedIn, someone }) => {
  test.setTimeout(120_000)
  await account(api, 'two.steps')
  const page = await someone()
  await page.goto('/sign-in')
  await password(page, 'two.steps')
  await expect(page).not.toHaveURL(/sign-in/)
  await page.goto('/settings/second-factor')
  await page.getByLabel(text('access.second_factor.password')).fill(PASSWORD)
  await page.getByRole('button', { name: text('access.second_factor.set_up') }).click()
  await expect(page.getByRole('img', { name: text('access.second_factor.picture') })).toBeVisible()
  const secret = await page.locator('form code').innerText()
  await page.getByLabel(text('access.second_factor.code')).fill('000000')
  await page.getByRole('button', { name: text('access.second_factor.confirm') }).click()
  await expect(page.getByText(text('errors.fields.wrong_code'))).toBeVisible()
  await page.getByLabel(text('access.second_factor.code')).fill(shown(secret))
  await page.getByRole('button', { name: text('access.second_factor.confirm') }).click()
  const recovery = await page.getByRole('listitem').filter({ hasText: /^\w{4}(-\w{4}){3}$/ }).first().innerText()
  await page.getByRole('button', { name: text('access.second_factor.kept') }).click()
  await expect(page.getByRole('main').getByText(text('access.second_factor.on'), { exact: true })).toBeVisible()

  await page.context().clearCookies()
  await page.goto('/settings/second-factor')
  await password(page, 'two.steps')
  await page.getByLabel(text('access.second_factor.code')).fill(recovery)
  await page.getByRole('button', { name: text('access.second_factor.enter') }).click()
  await expect(page).toHaveURL(/\/settings\/second-factor/)
  await expect(page.getByText(text('access.second_factor.left', { n: '9' }))).toBeVisible()
  // The next step's code is good already, and newer than the one that was taken.
  await page.getByRole('button', { name: text('access.second_factor.take_off') }).click()
  await page.getByRole('dialog').getByLabel(text('access.second_factor.any_code')).fill(shown(secret, 1))
  await page.getByRole('dialog').getByRole('button', { name: text('access.second_factor.take_off') }).click()
  await expect(page.getByText(text('access.second_factor.off'), { exact: true })).toBeVisible()
})

test('who must have one sets it up on the way in, also where a session ended in the middle of work', async ({ fresh, browser }) => {
  test.setTimeout(120_000)
  const context = await browser.newContext({ baseURL: fresh.url })
  const page = await context.newPage()
  const api = new Api(context.request, fresh.url)
  await api.signIn()
  await account(api, 'must.have')
  await page.goto('/settings/sign-in')
  await page.getByRole('radio', { name: text('access.sign_in.everybody') }).click()
  await page.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByText(text('common.saved'))).toBeVisible()

  const other = await browser.newContext({ baseURL: fresh.url })
  const door = await other.newPage()
  await door.goto('/sign-in')
  await password(door, 'must.have')
  const secret = await door.locator('form code').innerText()
  await door.goto('/')
  await expect(door).toHaveURL(/sign-in/)
  await password(door, 'must.have')
  await expect(door.locator('form code')).not.toHaveText(secret)
  const again = await door.locator('form code').innerText()
  await door.getByLabel(text('access.second_factor.code')).fill(shown(again))
  await door.getByRole('button', { name: text('access.second_factor.confirm') }).click()
  await door.getByRole('button', { name: text('access.second_factor.kept') }).click()
  await expect(door).not.toHaveURL(/sign-in/)

  await door.goto('/settings/second-factor')
  await door.getByRole('button', { name: text('access.second_factor.renew') }).click()
  await door.getByRole('dialog').getByLabel(text('access.second_factor.any_code')).fill('000000')
  await other.clearCookies()
  // The page's own look for offers may find that the session ended before this click does.
  await door.getByRole('dialog').getByRole('button', { name: text('access.second_factor.renew_verb') }).click({ timeout: 3_000 }).catch(() => undefined)
  const expired = door.getByRole('dialog', { name: text('shell.expired.title') })
  await expired.getByLabel(text('shell.sign_in.password')).fill(PASSWORD)
  await expired.getByRole('button', { name: text('shell.sign_in.verb') }).click()
  await expired.getByLabel(text('access.second_factor.code')).fill(shown(again, 1))
  await expired.getByRole('button', { name: text('access.second_factor.enter') }).click()
  await expect(expired).toHaveCount(0)
  await other.close()
  await context.close()
})
