import { textsFor } from '../../web/apps/widget/src/texts.ts'
import { faults } from '../support/axe.ts'
import { Visitor } from '../support/people.ts'
import { HOSTILE } from '../support/samples.ts'
import { QUESTIONS, conversation, message, pretend } from '../support/mock.ts'
import { expect, test } from '../support/test.ts'

const talk = [
  message(1, 'customer', HOSTILE),
  message(2, 'system', '', { kind: 'event', data: { event: 'assigned', to: { id: 'usr_1', name: HOSTILE } } }),
  message(3, 'agent', '请看 https://shop.example.com/a?b=1', { edited_at: 1 }),
  message(4, 'agent', '', { kind: 'card', data: { title: HOSTILE, subtitle: '现货', price: '¥899', url: 'https://shop.example.com/p3' } }),
  message(5, 'customer', '好的', { quote_seq: 3 }),
  message(6, 'customer', '说明书.pdf · 1.2 MB', { kind: 'file', file_id: 'fil_1' }),
]

/** The states of the panel, and what brings them about. */
const STATES: { name: string; channel?: object; ready?: object; act?: (visitor: Visitor) => Promise<void> }[] = [
  { name: 'form', channel: { pre_chat: QUESTIONS }, act: (visitor) => visitor.frame.locator('button[type=submit]').click() },
  { name: 'closed hours', channel: { open: false, next_opening_at: Date.now() + 50_000_000, pre_chat: QUESTIONS } },
  { name: 'queue', ready: { conversation: conversation({ state: 'queued', assignee_name: null }), seq: 1, messages: talk.slice(0, 1), queue: { position: 3, ahead: 2, estimated_ms: 60_000, since: Date.now() } } },
  { name: 'message left', ready: { conversation: conversation({ state: 'message', assignee_name: null, after_hours: true }), seq: 1, messages: talk.slice(0, 1) } },
  { name: 'talk', ready: { conversation: conversation(), seq: 6, messages: talk }, act: (visitor) => visitor.frame.locator('.row .icon').click() },
  { name: 'rating', ready: { conversation: conversation({ state: 'closed', closed_at: Date.now() }), seq: 6, messages: talk }, act: (visitor) => visitor.frame.locator('.scores label').nth(3).click() },
]

for (const locale of ['zh-CN', 'zh-TW', 'en'] as const) {
  test(`every state of the panel is ${locale === 'zh-CN' ? 'accessible in both themes and ' : ''}safe · ${locale}`, async ({ browser }) => {
    test.setTimeout(120_000)
    const complaints: string[] = []
    for (const { name, channel, ready, act } of STATES) {
      const context = await browser.newContext({ locale, reducedMotion: 'reduce' })
      const page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(`${name}: ${error.message}`))
      await pretend(page, { channel, ready })
      const visitor = new Visitor(page)
      await page.goto(`${process.env.ZHIKE_URL}/demo/widget`)
      await visitor.open()
      await act?.(visitor)
      // A language changes neither structure nor colour.
      for (const theme of locale === 'zh-CN' ? (['light', 'dark'] as const) : []) complaints.push(...(await faults(page, theme)).map((fault) => `${name}: ${fault}`))
      for (const frame of page.frames()) if (await frame.evaluate(() => '__ran' in window)) complaints.push(`${name}: a script in a text ran`)
      expect(await visitor.frame.locator('html').getAttribute('lang')).toBe(locale)
      await context.close()
    }
    expect(complaints.join('\n')).toBe('')
  })
}

test('a phone has the chat on its whole screen, fields it does not zoom into and controls it can hit', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  const page = await context.newPage()
  await pretend(page, { ready: { conversation: conversation(), seq: 6, messages: talk } })
  const visitor = new Visitor(page)
  await page.goto(`${process.env.ZHIKE_URL}/demo/widget`)
  await visitor.open()
  expect(await page.locator('#zhike iframe').boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 })
  await expect(visitor.field).toHaveCSS('font-size', '16px')
  await visitor.frame.locator('.row .icon').click()
  const small = await visitor.frame.locator('button:visible, textarea:visible, input:visible').evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 44 || one.getBoundingClientRect().width < 36).map((one) => one.outerHTML.slice(0, 120)))
  expect(small).toEqual([])
  await visitor.frame.getByRole('button', { name: textsFor(['zh-CN']).texts.back }).click()
  await expect(visitor.launcher).toBeVisible()
  await context.close()
})

test('texts cannot turn around, flood or leave their place, and links lead to the web alone', async ({ page }) => {
  const hostile = [
    message(1, 'agent', '发票\u202Egpj.exe'),
    message(2, 'agent', `a${'\u200B'.repeat(3000)}b`),
    message(3, 'agent', 'javascript:alert(1) https://good.example/x https://bank.example@evil.example/'),
    message(4, 'agent', 'Z'.repeat(4000)),
    message(5, 'agent', '', { kind: 'card', data: { title: '卡', url: 'javascript:alert(1)', image_url: 'http://plain.example/x.png' } }),
    message(6, 'agent', 'https://аpple.com/'),
  ]
  await pretend(page, { ready: { conversation: conversation(), seq: 6, messages: hostile } })
  const visitor = new Visitor(page)
  await page.goto('/demo/widget')
  await visitor.open()
  await expect(visitor.messages.nth(0)).toHaveText('发票gpj.exe')
  await expect(visitor.messages.nth(1)).toHaveText('ab')
  const links = visitor.frame.getByRole('log').getByRole('link')
  await expect(links).toHaveText(['https://good.example/x', 'https://xn--pple-43d.com/'])
  for (const link of await links.all()) await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  await expect(visitor.frame.locator('.card img, .card a')).toHaveCount(0)
  expect(await visitor.frame.locator('.log').evaluate((log) => log.scrollWidth <= log.clientWidth)).toBe(true)
})

test('the language changes while one talks', async ({ page }) => {
  await pretend(page, { ready: { conversation: conversation(), seq: 6, messages: talk } })
  const visitor = new Visitor(page)
  await page.goto('/demo/widget')
  await visitor.open()
  await page.evaluate("window.Zhike('setLocale', 'en')")
  await expect(visitor.frame.getByLabel(textsFor(['en']).texts.input, { exact: true })).toBeVisible()
  await expect(visitor.launcher).toHaveAccessibleName('Close chat')
})

test('the keyboard alone opens, writes and closes, and the focus comes back', async ({ page }) => {
  const { heard } = await pretend(page, {})
  const visitor = new Visitor(page)
  await page.goto('/demo/widget')
  await expect(visitor.launcher).toBeVisible()
  await visitor.launcher.focus()
  await page.keyboard.press('Enter')
  await expect(visitor.field).toBeFocused()
  await page.keyboard.type('hello')
  await page.keyboard.press('Enter')
  await expect.poll(() => heard.filter(({ t }) => t === 'send').map(({ text }) => text)).toEqual(['hello'])
  await page.keyboard.press('Escape')
  await expect(visitor.launcher).toBeFocused()
  await expect(visitor.launcher).toHaveAttribute('aria-expanded', 'false')
})

test('what comes while the chat is shut shows beside the button, and goes again', async ({ page }) => {
  await page.clock.install()
  const { say } = await pretend(page, { ready: { conversation: conversation(), seq: 0, messages: [] } })
  const visitor = new Visitor(page)
  await page.goto('/demo/widget')
  await visitor.open()
  await expect(visitor.frame.locator('.status.ready')).toBeVisible()
  await visitor.launcher.click()
  for (let seq = 1; seq <= 120; seq += 1) say({ t: 'fact', topic: 'conversation:cnv_1', seq, kind: 'message.posted', at: seq, data: message(seq, 'agent', `第 ${seq} 句`) })
  await expect(page.locator('#zhike .badge')).toHaveText('99+')
  await expect(page.locator('#zhike .say')).toHaveText('苏禾：第 120 句')
  await page.clock.runFor(6_500)
  await expect(page.locator('#zhike .say')).toBeHidden()
  await visitor.launcher.click()
  await expect(page.locator('#zhike .badge')).toBeHidden()
})

test('an invitation comes once, and not to people who are talking', async ({ page }) => {
  const invitations = [{ id: 'choose', text: '需要帮您选一款吗？', url_contains: '/demo', after_seconds: 0, once_days: 1 }]
  const { heard } = await pretend(page, { channel: { invitations } })
  const visitor = new Visitor(page)
  await page.goto('/demo/widget')
  await page.locator('#zhike .say').click()
  await expect(visitor.frame.locator('.status.ready')).toBeVisible()
  await expect.poll(() => heard.filter(({ t }) => t === 'invited').map(({ id }) => id)).toEqual(['choose'])
  await visitor.launcher.click()
  await page.reload()
  await expect(visitor.launcher).toBeVisible()
  await expect(page.locator('#zhike .say')).toBeHidden()
})
