import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('H13 a segment is made by rule, counted as it grows, listed in order, and taken along as a file', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString().slice(-6)
  for (const [at, name] of [`王分群${mark}`, `安分群${mark}`, `孙旁人${mark}`].entries()) {
    await api.post('/customers', { name, phone: `138${mark}${10 + at}`, stage: at < 2 ? 'lead' : 'customer' })
  }
  await page.goto('/customers')
  const nav = page.getByRole('navigation', { name: text('segments.title') })
  await nav.getByRole('button', { name: text('segments.new') }).click()
  const drawer = page.getByRole('dialog', { name: text('segments.new') })
  await drawer.getByLabel(text('segments.name')).fill(`本月线索${mark}`)
  await drawer.getByRole('button', { name: text('segments.add_condition'), exact: true }).click()
  await drawer.getByRole('checkbox', { name: text('customers.stages.lead') }).check()
  // What was entered a moment ago is counted within seconds.
  await expect(drawer.locator('[data-count]')).not.toHaveText(text('segments.counting'))
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(page.getByRole('heading', { name: `本月线索${mark}` })).toBeVisible()
  await expect(nav.getByRole('button', { name: `本月线索${mark}` })).toHaveAttribute('aria-current', 'page')

  const table = page.getByRole('table')
  await expect(async () => {
    await page.reload()
    await expect(table.getByRole('row', { name: `王分群${mark}` })).toBeVisible({ timeout: 1_500 })
  }).toPass()
  await table.getByRole('button', { name: text('customers.name') }).click()
  await expect(table.getByRole('columnheader', { name: text('customers.name') })).toHaveAttribute('aria-sort', 'ascending')
  await expect(table.getByRole('row', { name: `孙旁人${mark}` })).toHaveCount(0)

  await page.getByRole('button', { name: text('segments.export.verb') }).click()
  const dialog = page.getByRole('dialog', { name: text('segments.export.title') })
  await dialog.getByRole('radio', { name: text('segments.export.formats.csv'), exact: true }).click()
  await dialog.getByLabel(text('segments.export.reason')).fill('周会讨论')
  await dialog.getByRole('button', { name: text('segments.export.begin') }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: text('segments.export.take') }).click()])
  const lines = Buffer.concat(await (await download.createReadStream()).toArray()).toString().split('\r\n')
  const [an, wang] = [`安分群${mark}`, `王分群${mark}`].map((name) => lines.findIndex((line) => line.includes(name)))
  expect(an).toBeGreaterThan(0)
  expect(wang).toBeGreaterThan(an ?? 0)
  expect(lines[wang ?? 0]).toContain(`138****`)
})

test('H13 a segment as of a day stands beside today: how many, who joined, and the list as a file', async ({ page, api, signedIn }) => {
  const mark = Date.now().toString().slice(-6)
  const lead = (name: string, at: number) => api.post<{ id: string }>('/customers', { name, phone: `136${mark}${at}`, stage: 'lead' })
  await lead(`原有${mark}`, 10)
  const rule = (days: number) => ({ match: 'all', conditions: [{ attribute: 'customers.stage', test: 'is', values: ['lead'] }, { attribute: 'customers.created', test: 'within_days', numbers: [days] }] })
  const segment = await api.post<{ id: string }>('/segments', { name: `对照${mark}`, rule: rule(1) })
  type Comparison = { then: number; now: number; came: number; today: string }
  const compared = () => api.get<Comparison>(`/segments/${segment.id}/comparison`).catch(() => undefined)
  const members = async () => (await api.get<{ items: { name: string }[] }>(`/segments/${segment.id}/members`)).items.map(({ name }) => name)
  await expect.poll(members).toContain(`原有${mark}`)
  // Who belongs to it is kept whenever its rule changes, and at night.
  await api.patch(`/segments/${segment.id}`, { version: 1, rule: rule(2) })
  const past = async () => (await api.get<{ items: { name: string }[] }>(`/segments/${segment.id}/members?as_of=${(await compared())?.today ?? ''}`)).items.map(({ name }) => name)
  await expect.poll(() => past().catch(() => [])).toContain(`原有${mark}`)
  const { then, today } = (await compared())!
  await lead(`新来${mark}`, 11)
  await expect.poll(async () => (await compared())?.came ?? 0).toBeGreaterThan(0)

  await page.goto(`/customers?list=${segment.id}`)
  const bar = page.getByRole('group', { name: text('segments.as_of.label') })
  const table = page.getByRole('table')
  await expect(table.getByRole('row', { name: `新来${mark}` })).toBeVisible()
  await bar.locator('input[type=date]').fill(today)
  await expect(bar.getByRole('radio', { name: text('segments.as_of.all', { n: String(then) }) })).toBeChecked()
  await expect(table.getByRole('row', { name: `新来${mark}` })).toHaveCount(0)
  await bar.getByRole('radio', { name: /之后加入/ }).click()
  await expect(table.getByRole('row', { name: `新来${mark}` })).toBeVisible()
  await expect(page).toHaveURL(/difference=came/)

  await page.getByRole('button', { name: text('segments.export.verb') }).click()
  const dialog = page.getByRole('dialog', { name: text('segments.export.title') })
  await dialog.getByRole('radio', { name: text('segments.export.formats.csv'), exact: true }).click()
  await dialog.getByLabel(text('segments.export.reason')).fill('对照')
  await dialog.getByRole('button', { name: text('segments.export.begin') }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: text('segments.export.take') }).click()])
  const file = Buffer.concat(await (await download.createReadStream()).toArray()).toString()
  expect(file).toContain(`新来${mark}`)
  expect(file).not.toContain(`原有${mark}`)
  await bar.getByRole('button', { name: text('segments.as_of.back') }).click()
  await expect(table.getByRole('row', { name: `原有${mark}` })).toBeVisible()
})
