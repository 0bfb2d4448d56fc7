import { OpenChannel } from '../../examples/open-channel/client.mjs'
import { Agent } from '../support/people.ts'
import { freePort } from '../support/server.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

const BASE = () => process.env.ZHIKE_URL ?? ''

test('R026 what is said in another system is answered at the desk, and the bubble says how far the answer got', async ({ page, signedIn }) => {
  test.setTimeout(90_000)
  const port = await freePort()
  await page.goto('/settings/channels')
  await page.getByRole('button', { name: text('channels.new') }).click()
  await page.getByRole('menuitem', { name: text('channels.kind.open') }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel(text('channels.name')).fill('青禾小程序')
  await drawer.getByRole('textbox', { name: text('openchannel.callback') }).fill(`http://127.0.0.1:${port}/zhike`)
  await drawer.getByRole('button', { name: text('common.save') }).click()
  // Inside our own network, and over http: only where that was said.
  await expect(drawer.getByText(text('errors.fields.https_required'))).toBeVisible()
  await drawer.getByRole('switch', { name: text('openchannel.inside') }).click()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await drawer.getByRole('button', { name: text('channels.identity.make') }).click()
  await page.getByRole('dialog', { name: text('channels.identity.make') }).getByRole('button', { name: text('channels.identity.make') }).click()
  const codes = drawer.locator('code')
  await expect(codes).toHaveCount(2)
  const [address = '', secret = ''] = await codes.allTextContents()
  const channel = new OpenChannel({ url: BASE(), key: address.split('/').at(-1) ?? '', secret })

  const told: { id: string; message: { text: string } }[] = []
  const server = await channel.listen(port, '/zhike', (one) => told.push(one))
  await drawer.getByRole('button', { name: text('openchannel.probe') }).click()
  await expect(drawer.getByRole('status')).toContainText(/\d/)

  const user = { id: `u-${Date.now()}`, name: '林晓' }
  const { conversation_id } = await channel.say({ id: `${user.id}-1`, user, text: '还能改颜色吗？', attributes: { 订单: '20261119032' } })
  const file = await channel.sendFile(user, '截图.txt', new TextEncoder().encode('雾蓝色'))
  await channel.say({ id: `${user.id}-2`, user, files: [file] })
  const agent = new Agent(page)
  await page.goto(`/conversations/${conversation_id}`)
  await expect(page.getByText('截图.txt').first()).toBeVisible()
  await page.getByRole('button', { name: text('conversations.take') }).click()
  await agent.reply('已为您改成雾蓝色。')
  await expect.poll(() => told.map(({ message }) => message.text)).toEqual(['已为您改成雾蓝色。'])
  await expect(page.getByText(text('delivery.state.sent'), { exact: false }).first()).toBeVisible()
  await channel.report([{ id: told[0]?.id ?? '', state: 'read' }])
  await expect(page.getByText(text('delivery.state.read'), { exact: false }).first()).toBeVisible()

  // The other side is away: it says so, and goes on by itself or by hand.
  server.close()
  server.closeAllConnections()
  await agent.reply('明天下午发出。')
  await expect(page.getByText(text('delivery.why.unreachable'), { exact: false }).first()).toBeVisible()
})
