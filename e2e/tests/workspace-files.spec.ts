import type { Page } from '@playwright/test'
import { Agent, Visitor } from '../support/people.ts'
import { png } from '../support/pictures.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

/** Lets go of a file over the transcript, as somebody who drags one into the window. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  await page.getByRole('log').evaluate(
    (log, { name, base64 }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name, { type: 'image/png' }))
      for (const kind of ['dragenter', 'dragover', 'drop']) log.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }))
    },
    { name, base64: bytes.toString('base64') },
  )
}

test('a picture is dropped, fails, goes up at the second try, and is looked at by keyboard alone', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('请发一张示意图')
  await agent.accept()
  const { page } = agent

  let broken = true
  await page.route(/\/api\/v1\/files$/, (route) => (broken ? route.abort('connectionreset') : route.continue()))
  await drop(page, '示意图.png', png(1200, 800))
  const uploads = page.getByRole('list', { name: text('conversations.uploads') })
  await expect(uploads.getByRole('alert')).toBeVisible()
  // The page is still here, and what is written meanwhile is not held up.
  await agent.reply('稍等')
  await expect(visitor.messages.last()).toHaveText('稍等')
  broken = false
  await uploads.getByRole('button', { name: text('common.retry') }).click()
  await expect(uploads).toHaveCount(0)

  const look = agent.log.getByRole('button', { name: text('conversations.picture.look', { name: '示意图.png' }) })
  await expect(look).toBeVisible()
  // What stands in the transcript is the small one; the whole one is asked for only to be looked at.
  const small = look.locator('img')
  await expect(small).toHaveAttribute('src', /size=thumb$/)
  await expect.poll(() => small.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(480)
  await look.focus()
  await page.keyboard.press('Enter')
  const whole = page.getByRole('dialog', { name: '示意图.png' })
  await expect.poll(() => whole.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1200)
  await expect(whole.getByText(/1200 × 800/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(whole).toHaveCount(0)
  await expect(look).toBeFocused()

  // A second one that is given up leaves nothing behind.
  broken = true
  await drop(page, '另一张.png', png(20, 20))
  await expect(uploads.getByRole('alert')).toBeVisible()
  await uploads.getByRole('button', { name: text('conversations.discard') }).click()
  await expect(uploads).toHaveCount(0)
})
