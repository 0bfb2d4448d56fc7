import { Api } from '../support/api.ts'
import { MailServer } from '../support/mail.ts'
import { Agent } from '../support/people.ts'
import { expect, test } from '../support/test.ts'
import { text } from '../support/texts.ts'

test('a mail is written at the desk, survives a crash, is answered into its conversation, and answered to all on purpose only', async ({ fresh, someone }) => {
  const server = MailServer.found()
  // Where everything is to be there, a missing server is a failure.
  if (process.env.CI === 'true') expect(server, 'ZHIKE_TEST_MAIL names a mail server').toBeDefined()
  test.skip(server === undefined, 'no mail server: run under scripts/services.sh')
  if (!server) return
  test.setTimeout(120_000)
  const mark = Date.now()
  const [desk, customer, copy] = [`desk-${mark}@zhike.test`, `wang-${mark}@shop.test`, `copy-${mark}@shop.test`]
  const agent = new Agent(await someone())
  await agent.setUp(fresh.url)
  const { page } = agent
  const api = new Api(page.request, fresh.url)
  const mailbox = await api.post<{ id: string }>('/mailboxes', server.wish(desk))
  const known = await api.post<{ id: string }>('/customers', { name: '王小明', email: customer })
  await expect.poll(async () => (await api.get<{ fetch: { succeeded_at: number | null } }>(`/mailboxes/${mailbox.id}`)).fetch.succeeded_at, { timeout: 30_000 }).not.toBeNull()

  await page.goto(`${fresh.url}/customers?open=${known.id}`)
  await page.getByRole('button', { name: text('mail.write.new') }).click()
  const form = page.getByRole('dialog', { name: text('mail.write.new') })
  await expect(form.getByText('w***@shop.test')).toBeVisible()
  await form.getByLabel(text('mail.write.subject')).fill('保修已登记')
  await form.getByLabel(text('mail.write.words')).fill('您的净水器已登记保修，请保存好这封邮件。')
  await form.getByRole('button', { name: text('mail.write.copies') }).click()
  await form.getByLabel(text('mail.write.cc')).fill('wang')
  await expect(form.getByText(text('mail.write.wrong_address').replace('{address}', 'wang'))).toBeVisible()
  await form.getByLabel(text('mail.write.cc')).fill(copy)
  await expect(form.getByText('青禾商城 客服部')).toBeVisible()

  // The browser goes down with the words in it.
  await page.reload()
  await page.getByRole('button', { name: text('mail.write.new') }).click()
  await expect(form.getByLabel(text('mail.write.words'))).toHaveValue(/已登记保修/)
  await form.getByLabel(text('mail.write.words')).press('Control+Enter')
  await expect(page).toHaveURL(/\/conversations\/cnv_/)
  await expect.poll(() => server.inbox(customer).length, { timeout: 30_000 }).toBe(1)
  await expect.poll(() => server.inbox(copy).length, { timeout: 30_000 }).toBe(1)
  await expect(page.getByText('您的净水器已登记保修，请保存好这封邮件。').first()).toBeVisible()

  const id = /^Message-ID: (.*?)\r?$/m.exec(server.inbox(customer)[0] ?? '')?.[1] ?? ''
  await server.deliver(customer, desk, `From: ${customer}\nTo: ${desk}\nCc: ${copy}\nMessage-ID: <a-${mark}@shop.test>\nIn-Reply-To: ${id}\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n收到，滤芯多久换一次？\n`)
  await expect(page.getByText('收到，滤芯多久换一次？').first()).toBeVisible({ timeout: 30_000 })

  // To the customer alone, unless one says otherwise.
  await page.getByRole('button', { name: text('conversations.mail.answer_all').replace('{n}', '1') }).click()
  const answer = page.getByRole('dialog', { name: text('mail.write.answer_all') })
  await expect(answer.getByLabel(text('mail.write.cc'))).toHaveValue(copy)
  await expect(answer.getByLabel(text('mail.write.subject'))).toHaveValue('Re: x')
  await answer.getByRole('button', { name: text('mail.write.discard') }).click()
  await page.getByRole('button', { name: text('conversations.mail.answer'), exact: true }).click()
  const alone = page.getByRole('dialog', { name: text('mail.write.answer') })
  await alone.getByLabel(text('mail.write.words')).fill('建议每半年更换一次。')
  await alone.getByRole('button', { name: text('conversations.send') }).click()
  await expect.poll(() => server.inbox(customer).length, { timeout: 30_000 }).toBe(2)
  const sent = server.inbox(customer)[1] ?? ''
  expect(sent).toContain(`a-${mark}@shop.test`)
  expect(sent).not.toContain(copy)
  expect(server.inbox(copy)).toHaveLength(1)
})
