import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

interface Channel {
  id: string
  settings: { greeting: string; pre_chat: { enabled: boolean; fields: { label: string }[] }; rating: { enabled: boolean; tags: string[] }; invitations: { text: string; after_seconds: number }[]; identity: string }
}

test('each tab of a channel keeps what is set in it, and the last gives the tag the server gives', async ({ page, api, signedIn }) => {
  test.setTimeout(60_000)
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: `官网 ${Date.now()}` })
  await page.goto(`/settings/channels?open=${channel.id}`)
  const drawer = page.getByRole('dialog')
  const tab = (name: string) => drawer.getByRole('tab', { name: text(`channels.tab.${name}`), exact: true }).click()

  await drawer.getByLabel(text('channels.greeting')).fill('欢迎光临')
  await tab('pre_chat')
  await drawer.getByRole('switch', { name: text('channels.pre_chat.enabled') }).click()
  await drawer.getByRole('button', { name: text('channels.pre_chat.add') }).click()
  await drawer.getByLabel(text('channels.pre_chat.question')).last().fill('怎么称呼您')
  await tab('rating')
  await drawer.getByLabel(text('channels.rating.tags')).fill('回复及时\n耐心')
  await tab('invitations')
  await drawer.getByRole('button', { name: text('channels.invitations.add') }).click()
  await drawer.getByLabel(text('channels.invitations.words')).fill('需要帮忙吗？')
  await tab('identity')
  await drawer.getByRole('radio', { name: new RegExp(text('channels.identity.modes.optional')) }).check()
  await drawer.getByRole('button', { name: text('common.save') }).click()
  await expect(drawer).toHaveCount(0)

  const { settings } = await api.get<Channel>(`/channels/${channel.id}`)
  expect(settings).toMatchObject({ greeting: '欢迎光临', pre_chat: { enabled: true }, rating: { tags: ['回复及时', '耐心'] }, invitations: [{ text: '需要帮忙吗？' }], identity: 'optional' })
  expect(settings.pre_chat.fields.at(-1)).toMatchObject({ label: '怎么称呼您' })

  await page.goto(`/settings/channels?open=${channel.id}`)
  await tab('identity')
  // The first secret replaces none; the second leaves the first good for a day, and says until when.
  for (const [told, kept] of [['first_text', 0], ['make_text', 1]] as const) {
    await drawer.getByRole('button', { name: text('channels.identity.make') }).click()
    const question = page.getByRole('alertdialog').or(page.getByRole('dialog')).last()
    await expect(question).toContainText(text(`channels.identity.${told}`))
    await question.getByRole('button', { name: text('channels.identity.make') }).click()
    await expect(drawer.getByText(text('channels.identity.once'))).toBeVisible()
    await expect(drawer.getByText(text('channels.identity.until', { at: '' }).slice(0, 3))).toHaveCount(kept)
    // Shown once: it is not there when one comes back.
    await page.reload()
    await tab('identity')
    await expect(drawer.getByText(text('channels.identity.once'))).toHaveCount(0)
  }
  await tab('snippet')
  const { html } = await api.get<{ html: string }>(`/channels/${channel.id}/snippet`)
  await expect(drawer.locator('pre')).toHaveText(html)
})
