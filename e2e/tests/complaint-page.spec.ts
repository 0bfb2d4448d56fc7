import { createServer } from 'node:http'
import type { Page } from '@playwright/test'
import { faults } from '../support/axe.ts'
import { Api } from '../support/api.ts'
import { Agent, Visitor } from '../support/people.ts'
import { freePort } from '../support/server.ts'
import { hire } from '../support/staff.ts'
import { expect, test } from '../support/test.ts'

interface Complaint {
  id: string
  version: number
  number: string
}

/** A telephone that takes what is sent to it. */
async function telephone(): Promise<{ url: string; texts: string[] }> {
  const texts: string[] = []
  const port = await freePort()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      texts.push((JSON.parse(body) as { text: string }).text)
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${port}/sms`, texts }
}

/** The page in both themes, as axe sees it. */
async function fine(page: Page): Promise<void> {
  expect([...(await faults(page, 'light')), ...(await faults(page, 'dark'))]).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
}

test('R085 R094 R096 whoever complained in the chat follows it on a phone: chooses, signs, rates and appeals', async ({ fresh, someone }) => {
  test.setTimeout(120_000)
  const boss = new Agent(await someone())
  await boss.setUp(fresh.url)
  const api = new Api(boss.page.request, fresh.url)
  const unit = await api.post<{ id: string; version: number }>('/units', { name: '客服中心', kind: 'department' })
  const [lead = '', agent = ''] = [await hire(api, 'suhe', '苏禾', 'supervisor'), await hire(api, 'linxiao', '林筱', 'agent')]
  for (const id of [lead, agent]) await api.put(`/members/${id}`, { unit_id: unit.id })
  const phone = await telephone()
  const channel = await api.post<{ id: string }>('/sms-gateways', { name: '短信', driver: 'http', details: { url: phone.url, inside: true } })
  await api.post(`/channels/${channel.id}/identity-secret`, {})
  const rules = await api.get<Record<string, unknown>>('/complaint-rules')
  const after = await api.put<{ categories: { children: { id: string }[] }[] }>('/complaint-rules', {
    ...rules,
    categories: [{ name: '质量', kind: 'quality', children: [{ name: '破损' }] }],
    page: { enabled: true, address: fresh.url, sms_channel_id: channel.id, form: true },
  })

  // Said in the chat, taken in; number and link are there at once.
  const visitor = new Visitor(await someone())
  await visitor.arrive(fresh.url)
  await visitor.say('新冰箱送来就是坏的')
  await visitor.delivered()
  const [talk] = (await api.get<{ items: { id: string; customer_id: string }[] }>('/conversations')).items
  const card = await api.get<{ version: number }>(`/customers/${talk?.customer_id}`)
  await api.patch(`/customers/${talk?.customer_id}`, { version: card.version, name: '郑秀兰', phone: '13800138001' })
  const one = await api.post<Complaint>('/complaints', { conversation_id: talk?.id, content: '新冰箱送来就是坏的', remedy: '换一台', happened_at: 1, way: 'conversation', severity: 'serious' })
  const told = visitor.messages.filter({ hasText: one.number })
  await expect(told).toBeVisible()
  const link = /https?:\S+\/progress\/\S+/.exec(await told.innerText())?.[0] ?? ''

  const page = await someone()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(link)
  await expect(page.getByText('138****8001')).toBeVisible()
  await expect(page.getByText(one.number)).toHaveCount(0)
  await fine(page)
  await page.getByRole('button', { name: '发送验证码' }).click()
  await expect.poll(() => phone.texts.length).toBeGreaterThan(0)
  await page.getByLabel('6 位验证码').fill(/\d{6}/.exec(phone.texts.at(-1) ?? '')?.[0] ?? '')
  await page.getByRole('button', { name: '查看进度' }).click()
  await expect(page.getByText(one.number)).toBeVisible()
  await expect(page.getByRole('listitem')).toHaveCount(7)
  await fine(page)

  // What colleagues do meanwhile.
  const path = `/complaints/${one.id}`
  const on = () => api.post(`${path}/completion`, {})
  await on()
  await api.put(`${path}/judgement`, { grounds: true, reasonable: true, upheld: true, category_id: after.categories[0]?.children[0]?.id, responsible_unit_id: unit.id, answer_by: Date.now() + 86_400_000 })
  await on()
  await api.put(`${path}/investigation`, { cause: '出库未开箱查验', responsible: '出库二班' })
  await on()
  const { version } = await api.get<Complaint>(path)
  const option = (title: string) => ({ title, how: '明天上门', cost: 200_000, compensation: 0, takes: '1 天' })
  await api.put(`${path}/options`, { version, options: [option('换新机'), option('上门修好')] })

  await page.reload()
  await page.getByLabel('上门修好').check()
  await fine(page)
  await page.getByRole('button', { name: '就选这个' }).click()
  await expect(page.getByRole('status')).toHaveText('已记下您的选择')
  await api.post(`${path}/submission`, { discussed_with: '售后部' })
  const supervisor = new Agent(await someone())
  await supervisor.signIn(fresh.url, 'suhe')
  const decide = new Api(supervisor.page.request, fresh.url)
  await api.post(`${path}/handover`, { owner_id: lead, reason: '请批示' })
  const seen = await decide.get<Complaint>(path)
  const decided = await decide.post<{ directive: { chosen_by: string } }>(`${path}/directive`, { version: seen.version, option: 1, words: '依顾客所选' })
  expect(decided.directive.chosen_by).toBe('customer')
  await api.put(`${path}/implementation`, { what: '压缩机已更换，试机两小时正常', told: '电话' })

  // Signed with a finger.
  await page.goto(`${fresh.url}/progress/mine`)
  await page.getByLabel('您的姓名').fill('郑秀兰')
  const pad = page.locator('canvas')
  await pad.scrollIntoViewIfNeeded()
  const box = await pad.boundingBox()
  await page.mouse.move((box?.x ?? 0) + 40, (box?.y ?? 0) + 80)
  await page.mouse.down()
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 40, { steps: 8 })
  await page.mouse.up()
  await page.getByRole('radio', { name: /^4/ }).check()
  await fine(page)
  await page.getByRole('button', { name: '确认并提交' }).click()
  await expect(page.getByRole('status')).toHaveText('已签字，谢谢')
  expect((await api.get<{ sign_off: { kind: string } }>(path)).sign_off.kind).toBe('screen')

  await on()
  await api.put(`${path}/summary`, { words: '压缩机漏检', countermeasures: '开箱查验' })
  await on()
  await api.put(`${path}/revisit`, { outcome: 'content', score: 4, words: '可以' })
  await on()
  await page.goto(`${fresh.url}/progress/mine`)
  await fine(page)
  await page.getByRole('radio', { name: /^2/ }).check()
  await page.getByRole('button', { name: '提交评价' }).click()
  await expect(page.getByRole('status')).toHaveText('谢谢您的评价')
  await page.getByText('申请复核', { exact: true }).click()
  await page.getByLabel('您的理由').fill('耽误了一天工')
  await page.getByRole('button', { name: '提交申请' }).click()
  await expect(page.getByRole('status')).toHaveText('已收到您的复核申请')
  await expect(page.getByText('耽误了一天工')).toBeVisible()
  expect(await api.get(path)).toMatchObject({ rating: { score: 2 }, appeal: { reasons: '耽误了一天工', answer: null } })

  // The form, by whoever likes.
  await page.goto(`${fresh.url}/complain`)
  await fine(page)
  await page.getByLabel('发生了什么').fill('门店不给开发票')
  await page.getByLabel('您希望怎么解决').fill('补开')
  await page.getByRole('button', { name: '提交投诉' }).click()
  await expect(page.getByRole('heading', { name: /已受理，编号 TS/ })).toBeVisible()
  await fine(page)
})
