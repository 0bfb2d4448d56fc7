import { test } from '@playwright/test'
const B = 'http://127.0.0.1:18911'
test('shots', async ({ browser }) => {
  test.setTimeout(280_000)
  const context = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const call = async (m: string, p: string, data?: unknown) => {
    const r = await context.request.fetch(`${B}/api/v1${p}`, { method: m, data, headers: { 'X-Zhike': '1', ...(m === 'POST' ? { 'Idempotency-Key': crypto.randomUUID() } : {}) } })
    const t = await r.text()
    if (!r.ok()) console.log(m, p, r.status(), t)
    return t ? JSON.parse(t) : undefined
  }
  await call('POST', '/session', { login: process.env.WHO ?? 'suhe', password: 'zhike-demo' })
  const s = await call('GET', '/merge-suggestions')
  console.log('open', s.items.length, JSON.stringify(s.items[0]?.evidence))
  for (const st of ['dismissed', 'merged']) console.log(st, (await call('GET', `/merge-suggestions?state=${st}`)).items.length)
  const all = (await call('GET', '/conversations?state=active&limit=200')).items
  const split = all.find((c: any) => c.split_from)
  const closed = (await call('GET', '/conversations?state=closed&limit=200')).items
  const merged = closed.find((c: any) => c.merged_into)
  console.log('split', split?.id, 'merged', merged?.id)
  const shot = async (name: string, path: string, act?: () => Promise<void>) => {
    await page.goto(B + path)
    await page.waitForTimeout(1500)
    if (act) await act()
    await page.waitForTimeout(400)
    await page.screenshot({ path: `/tmp/threads-shots/${name}.png` })
  }
  await shot('customers', `/customers?open=${s.items[0]?.one.id}`)
  await shot('suggestions', '/customers/suggestions')
  await shot('accept', '/customers/suggestions', async () => { await page.keyboard.press('m'); await page.waitForTimeout(500) })
  if (split) await shot('split', `/conversations/${split.id}`)
  if (split) await shot('split-from', `/conversations/${split.split_from}`, async () => { await page.getByRole('tab', { name: '往来' }).click() })
  if (merged) await shot('merged', `/conversations/${merged.merged_into}`)
  if (merged) await shot('merged-gone', `/conversations/${merged.id}`)
  await page.emulateMedia({ colorScheme: 'dark' })
  await call('PATCH', '/session', { locale: 'en' })
  await shot('dark-suggestions', '/customers/suggestions')
  if (split) await shot('dark-dialog', `/conversations/${split.split_from}`, async () => {
    await page.getByRole('button', { name: /^More/ }).last().click()
    await page.waitForTimeout(300)
    await page.screenshot({ path: '/tmp/threads-shots/dark-menu.png' })
    await page.getByRole('menuitem', { name: 'Split the conversation' }).click({ timeout: 5000 }).catch((e) => console.log(String(e)))
  })
  await call('PATCH', '/session', { locale: 'zh-CN' })
})
