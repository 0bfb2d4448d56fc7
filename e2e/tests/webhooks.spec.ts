import { createServer } from 'node:http'
import { freePort } from '../support/server.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('another system is told of what happens, and what it did not take is sent again by hand', async ({ page, api, signedIn }) => {
  const port = await freePort()
  const told: { type: string; kind?: string; subject?: string }[] = []
  let status = 200
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      told.push(JSON.parse(body) as (typeof told)[number])
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  await page.goto('/settings/webhooks?open=new')
  const drawer = page.getByRole('dialog').first()
  await drawer.getByLabel(text('webhooks.name')).fill('CRM')
  await drawer.getByRole('textbox', { name: text('webhooks.url') }).fill(`http://127.0.0.1:${port}/`)
  await drawer.getByRole('switch', { name: text('webhooks.inside') }).click()
  await drawer.getByRole('checkbox', { name: text('webhooks.kinds.customer_created') }).check()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await drawer.getByRole('button', { name: text('channels.identity.make') }).click()
  await page.getByRole('dialog', { name: text('channels.identity.make') }).getByRole('button', { name: text('channels.identity.make') }).click()
  await expect(drawer.locator('code')).toHaveCount(1)
  await drawer.getByRole('button', { name: text('webhooks.probe') }).click()
  await expect.poll(() => told.map(({ type }) => type)).toEqual(['probe'])

  const one = await api.post<{ id: string }>('/customers', { name: '韩女士' })
  await expect.poll(() => told.at(-1)?.subject).toBe(one.id)
  status = 422
  const two = await api.post<{ id: string }>('/customers', { name: '周先生' })
  await expect.poll(() => told.at(-1)?.subject).toBe(two.id)
  // Given up at once: the other side said that it cannot be taken.
  const dead = drawer.getByText(two.id, { exact: false })
  await expect(async () => {
    await page.reload()
    await expect(dead).toBeVisible({ timeout: 2_000 })
  }).toPass()
  status = 200
  await drawer.getByRole('button', { name: text('delivery.again') }).click()
  await expect(dead).toHaveCount(0)
  await expect.poll(() => told.filter(({ subject }) => subject === two.id).length).toBe(2)
  server.close()
})
