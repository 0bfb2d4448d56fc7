import { Agent, Visitor } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('r036 a conversation is put away with a key, stands apart, is undone, and comes back with the customer’s words', async ({ fresh, someone }) => {
  test.setTimeout(60_000)
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  await agent.ready()
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('什么时候到货')
  await agent.accept()
  await agent.reply('周四到货，到了告诉您')
  await expect(visitor.messages).toHaveText(['什么时候到货', '周四到货，到了告诉您'])

  const { page } = agent
  const dialog = page.getByRole('dialog')
  const strip = page.getByRole('button', { name: text('conversations.snooze.wake') })
  const apart = page.getByRole('button', { name: text('conversations.group.snoozed') })
  await page.keyboard.press('Alt+s')
  await expect(dialog.getByRole('radio').nth(1)).toBeVisible()
  await page.keyboard.press('2')
  await dialog.getByLabel(text('conversations.snooze.reason')).fill('等仓库回话')
  await page.keyboard.press('Enter')
  await expect(strip).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: '等仓库回话' })).toBeVisible()
  await expect(apart).toHaveAttribute('aria-expanded', 'false')

  // Taken back, and put away again.
  await page.getByRole('button', { name: text('common.undo') }).click()
  await expect(strip).toHaveCount(0)
  await expect(apart).toHaveCount(0)
  await page.keyboard.press('Alt+s')
  await page.keyboard.press('1')
  await dialog.getByRole('button', { name: text('conversations.snooze.verb') }).click()
  await expect(strip).toBeVisible()
  await apart.click()
  await expect(agent.row(/周四到货/)).toBeVisible()

  await visitor.say('我改主意了')
  await expect(strip).toHaveCount(0)
  await expect(apart).toHaveCount(0)
  await expect(agent.row(/我改主意了/)).toBeVisible()
})
