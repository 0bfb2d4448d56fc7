import { Api } from '../support/api.ts'
import { IdentityProvider } from '../support/identityProvider.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('an administrator sets single sign-on up, a newcomer signs in by it, and somebody links their own account', async ({ fresh, browser }) => {
  test.setTimeout(120_000)
  const provider = await IdentityProvider.start()
  const context = await browser.newContext({ baseURL: fresh.url })
  const page = await context.newPage()
  await new Api(context.request, fresh.url).signIn()

  await page.goto('/settings/sign-in?open=new')
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel(text('access.providers.name'), { exact: true }).fill('集团统一认证')
  await drawer.getByLabel(text('access.providers.issuer'), { exact: true }).fill(`${provider.issuer}/`)
  await drawer.getByRole('switch', { name: text('access.providers.inside') }).click()
  await drawer.getByLabel(text('access.providers.client_id'), { exact: true }).fill('zhike')
  await drawer.getByRole('switch', { name: text('access.providers.creates') }).click()
  await drawer.getByLabel(text('access.providers.role'), { exact: true }).selectOption({ label: text('access.role.agent') })
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(drawer.locator('code')).toContainText(`${fresh.url}/callbacks/oidc/idp_`)
  // What is wrong is said in words; then it is mended.
  await drawer.getByRole('button', { name: text('access.providers.probe'), exact: true }).click()
  await expect(drawer.getByRole('status')).toContainText(text('access.trouble.wrong_issuer'))
  await drawer.getByLabel(text('access.providers.issuer'), { exact: true }).fill(provider.issuer)
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByText(text('common.saved'))).toBeVisible()
  await drawer.getByRole('button', { name: text('access.providers.probe'), exact: true }).click()
  await expect(drawer.getByRole('status')).toContainText(text('access.providers.probe_good').split('{')[0] ?? '')

  provider.claims = { sub: '1', preferred_username: 'Su.He', name: '苏禾' }
  const other = await browser.newContext({ baseURL: fresh.url })
  const newcomer = await other.newPage()
  await newcomer.goto('/settings/second-factor')
  await newcomer.getByRole('button', { name: text('access.providers.with', { name: '集团统一认证' }) }).click()
  await expect(newcomer).toHaveURL(/\/settings\/second-factor/)
  await expect(newcomer.getByText('Su.He')).toBeVisible()
  await other.close()

  // Somebody else of the same name there is told what to do, and nothing is opened.
  provider.claims = { sub: '2', preferred_username: 'su.he' }
  const third = await browser.newContext({ baseURL: fresh.url })
  const stranger = await third.newPage()
  await stranger.goto('/sign-in')
  await stranger.getByRole('button', { name: text('access.providers.with', { name: '集团统一认证' }) }).click()
  await expect(stranger.getByRole('alert')).toHaveText(text('access.arrival.login_taken'))
  expect((await stranger.request.get(`${fresh.url}/api/v1/session`)).status()).toBe(401)

  // The administrator links themselves, and signs in without a password from then on.
  provider.claims = { sub: '3', email: 'boss@example.com' }
  await page.goto('/settings/second-factor')
  await page.getByRole('button', { name: text('access.providers.link', { name: '集团统一认证' }) }).click()
  await expect(page.getByText('boss@example.com')).toBeVisible()
  await stranger.getByRole('button', { name: text('access.providers.with', { name: '集团统一认证' }) }).click()
  await expect(stranger).not.toHaveURL(/sign-in/)
  await third.close()
  await context.close()
  await provider.stop()
})
