import { Api } from '../support/api.ts'
import { Directory } from '../support/directory.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test.skip(!Directory.installed(), 'OpenLDAP is not installed')

test('an administrator sets a directory up, and somebody of it signs in with the password they have there', async ({ fresh, browser }) => {
  test.setTimeout(120_000)
  const directory = await Directory.start()
  const context = await browser.newContext({ baseURL: fresh.url })
  const page = await context.newPage()
  await new Api(context.request, fresh.url).signIn()

  await page.goto('/settings/sign-in?open=new-directory')
  const drawer = page.getByRole('dialog')
  const fill = (key: string, value: string) => drawer.getByLabel(text(`access.directories.${key}`), { exact: true }).fill(value)
  await fill('name', '青禾员工目录')
  await fill('host', '127.0.0.1')
  await fill('port', String(directory.port))
  await drawer.getByRole('switch', { name: text('access.directories.inside') }).click()
  await fill('bind_name', 'cn=zhike,dc=qinghe,dc=example')
  await fill('password', 'wrong')
  await fill('base', 'dc=qinghe,dc=example')
  await drawer.getByRole('button', { name: text('access.directories.add_group') }).click()
  await fill('group', 'cn=leads,dc=qinghe,dc=example')
  await drawer.getByLabel(text('access.directories.role'), { exact: true }).last().selectOption({ label: text('access.role.supervisor') })
  await drawer.getByRole('switch', { name: text('access.directories.creates') }).click()
  await drawer.getByRole('button', { name: text('common.save') }).click()

  // What is wrong is said in words, one after the other; then it is mended.
  const trial = drawer.getByRole('status')
  const probe = () => drawer.getByRole('button', { name: text('access.directories.probe'), exact: true }).click()
  const save = async () => {
    await drawer.getByRole('button', { name: text('common.save') }).click()
    await expect(page.getByText(text('common.saved')).last()).toBeVisible()
  }
  await probe()
  await expect(trial).toContainText(text('access.trouble.certificate'))
  await fill('certificate', directory.certificate)
  await save()
  await probe()
  await expect(trial).toContainText(text('access.trouble.service_refused'))
  await fill('password', 'geheim')
  await save()
  await fill('probe_who', 'su.he')
  await probe()
  await expect(trial).toContainText('苏禾')
  await expect(trial).toContainText(text('access.directories.found_role', { role: text('access.role.supervisor') }))

  const other = await browser.newContext({ baseURL: fresh.url })
  const newcomer = await other.newPage()
  await newcomer.goto('/sign-in?next=/settings/second-factor')
  await expect(newcomer.getByText(text('access.directories.hint', { names: '青禾员工目录' }))).toBeVisible()
  const enter = async (password: string) => {
    await newcomer.getByLabel(text('shell.sign_in.login')).fill('su.he')
    await newcomer.getByLabel(text('shell.sign_in.password')).fill(password)
    await newcomer.getByRole('button', { name: text('shell.sign_in.verb') }).click()
  }
  await enter('wrong')
  await expect(newcomer.getByText(text('errors.fields.wrong_login_or_password')).first()).toBeVisible()
  await enter('directory-password')
  await expect(newcomer).toHaveURL(/\/settings\/second-factor/)
  await expect(newcomer.getByText('su.he@qinghe.example')).toBeVisible()
  expect(await (await newcomer.request.get(`${fresh.url}/api/v1/session`)).json()).toMatchObject({ user: { name: '苏禾' }, role: { name: 'supervisor' } })
  await other.close()

  // The directory is gone: its people hear so, and the administrator still gets in.
  directory.stop()
  const third = await browser.newContext({ baseURL: fresh.url })
  const late = await third.newPage()
  await late.goto('/sign-in')
  await late.getByLabel(text('shell.sign_in.login')).fill('su.he')
  await late.getByLabel(text('shell.sign_in.password')).fill('directory-password')
  await late.getByRole('button', { name: text('shell.sign_in.verb') }).click()
  await expect(late.getByText(text('errors.access.directory_unreachable')).first()).toBeVisible()
  await new Api(third.request, fresh.url).signIn()
  await third.close()
  await context.close()
})
