import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { Agent } from '../support/people.ts'
import { freePort } from '../support/server.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const BASE = () => process.env.ZHIKE_URL ?? ''

test('R026 a customer who texts is answered by text message, and left alone when they say so', async ({ page, signedIn }) => {
  test.setTimeout(90_000)
  const port = await freePort()
  const told: { id: string; to: string; text: string; parts: number }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      told.push(JSON.parse(body))
      response.end('{}')
    })
  }).listen(port, '127.0.0.1')

  await page.goto('/settings/sms-gateways')
  await page.getByRole('button', { name: text('sms.new') }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel(text('channels.name')).fill('青禾短信')
  await drawer.getByRole('textbox', { name: text('sms.url') }).fill(`http://127.0.0.1:${port}/sms`)
  await drawer.getByRole('textbox', { name: text('sms.prefix') }).fill('【青禾】')
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(drawer.getByText(text('errors.fields.https_required'))).toBeVisible()
  await drawer.getByRole('switch', { name: text('sms.inside') }).click()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await drawer.getByRole('button', { name: text('channels.identity.make') }).click()
  await page.getByRole('dialog', { name: text('channels.identity.make') }).getByRole('button', { name: text('channels.identity.make') }).click()
  const codes = drawer.locator('code')
  await expect(codes).toHaveCount(3)
  const [messages = '', , secret = ''] = await codes.allTextContents()
  await drawer.getByRole('button', { name: text('sms.probe') }).click()
  await expect(drawer.getByRole('status')).toContainText(/\d/)
  told.length = 0

  const phone = `139${String(Date.now()).slice(-8)}`
  const key = messages.split('/').at(-2) ?? ''
  const hear = async (id: string, words: string): Promise<string> => {
    const body = JSON.stringify({ id: `${phone}-${id}`, from: phone, text: words })
    const at = String(Date.now())
    const mark = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
    const answer = await fetch(`${BASE()}/sms/${key}/messages`, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-zhike-timestamp': at, 'x-zhike-signature': `v1=${mark}` } })
    expect(answer.status, await answer.clone().text()).toBe(200)
    return ((await answer.json()) as { conversation_id: string }).conversation_id
  }
  const conversation = await hear('1', '订单什么时候到？')
  const agent = new Agent(page)
  await page.goto(`/conversations/${conversation}`)
  await page.getByRole('button', { name: text('conversations.take') }).click()

  // How many text messages it takes is seen while it is written; files do not go.
  const composer = page.getByRole('textbox', { name: text('conversations.reply_to', { name: '' }).replace('…', '') })
  await composer.fill('长'.repeat(67))
  await expect(page.getByText('2 条短信')).toBeVisible()
  await expect(page.getByRole('button', { name: text('delivery.why.no_files') })).toBeDisabled()
  await composer.fill('')
  await agent.reply('明天下午到。')
  await expect.poll(() => told.map((one) => `${one.to} ${one.text} ${one.parts}`)).toEqual([`+86${phone} 【青禾】明天下午到。 1`])
  await expect(page.getByText(text('delivery.state.sent'), { exact: false }).first()).toBeVisible()

  // They want no more: told once, shown, and whatever is said then does not go.
  await hear('2', 'ＴＤ')
  await expect(page.getByText(text('conversations.event.opted_out'), { exact: false })).toBeVisible()
  await expect(page.getByText(text('delivery.why.opted_out')).first()).toBeVisible()
  await expect.poll(() => told.length).toBe(2)
  await agent.reply('我们有新活动')
  await expect(page.getByText(text('conversations.event.delivery_failed').split('{')[0] ?? '', { exact: false }).first()).toBeVisible()
  expect(told.length).toBe(2)

  // The administrator sees the number masked, and may take it off the list for a reason.
  await page.goto('/settings/sms-opt-outs')
  const row = page.getByRole('row', { name: `${phone.slice(0, 3)}****${phone.slice(-4)}` })
  await expect(row).toBeVisible()
  await row.getByRole('button', { name: text('sms.opt_outs.remove') }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(text('sms.opt_outs.reason')).fill('本人来电要求恢复')
  await dialog.getByRole('button', { name: text('sms.opt_outs.remove'), exact: true }).click()
  await expect(row).toBeHidden()
  server.close()
  server.closeAllConnections()
})
