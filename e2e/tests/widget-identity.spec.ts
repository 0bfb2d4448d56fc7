import { createHmac } from 'node:crypto'
import { textsFor } from '../../web/apps/widget/src/texts.ts'
import type { Api } from '../support/api.ts'
import { Visitor } from '../support/people.ts'
import { call, type Site, type SitePage, shop, startSite } from '../support/site.ts'
import { expect, test } from '../support/test.ts'

const said = textsFor(['zh-CN']).texts
const BASE = () => process.env.ZHIKE_URL ?? ''

interface Channel {
  id: string
  public_key: string
  version: number
  settings: object
}

let site: Site
const pages: Record<string, SitePage> = {}
test.beforeAll(async () => {
  site = await startSite(pages)
})
test.afterAll(() => site.stop())

/** A channel that asks so for proof, and the secret it is proved with. */
async function open(api: Api, identity: 'off' | 'optional' | 'required'): Promise<{ key: string; secret: string }> {
  const channel = await api.post<Channel>('/channels', { kind: 'web_chat', name: `身份 ${identity}` })
  await api.patch(`/channels/${channel.id}`, { version: channel.version, settings: { ...channel.settings, identity } })
  const { secret } = await api.post<{ secret: string }>(`/channels/${channel.id}/identity-secret`, {})
  return { key: channel.public_key, secret }
}

const mac = (secret: string, text: string) => createHmac('sha256', secret).update(text)
const byHash = (secret: string, id: string) => ({ id, name: '韩女士', hash: mac(secret, id).digest('hex') })
function byJwt(secret: string, sub: string, exp: number): { jwt: string } {
  const text = [{ alg: 'HS256', typ: 'JWT' }, { sub, name: '韩女士', exp }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return { jwt: `${text}.${mac(secret, text).digest('base64url')}` }
}
const now = () => Math.floor(Date.now() / 1000)
const rows = async (api: Api, words: string) => (await api.get<{ items: { preview: string; customer_name: string; customer_id: string }[] }>('/conversations')).items.filter(({ preview }) => preview === words)

test('whoever the site signs is known, whoever it does not is a stranger or nobody', async ({ api, signedIn, someone }) => {
  test.setTimeout(120_000)
  const off = await open(api, 'off')
  const optional = await open(api, 'optional')
  const required = await open(api, 'required')
  const cases: [string, typeof off, object | null, 'known' | 'stranger' | 'refused'][] = [
    ['off, forged', off, byHash('another secret', '7'), 'stranger'],
    ['optional, nothing', optional, null, 'stranger'],
    ['optional, signed', optional, byHash(optional.secret, 'c1'), 'known'],
    ['optional, forged', optional, byHash('another secret', 'c1'), 'refused'],
    ['required, nothing', required, null, 'refused'],
    ['required, hash', required, byHash(required.secret, 'c2'), 'known'],
    ['required, token', required, byJwt(required.secret, 'c2', now() + 600), 'known'],
    ['required, expired', required, byJwt(required.secret, 'c2', now() - 120), 'refused'],
    ['required, of another channel', required, byJwt(optional.secret, 'c2', now() + 600), 'refused'],
  ]
  for (const [name, { key }, identity, wanted] of cases) {
    pages['/'] = { html: shop(BASE(), key, identity ? call('identify', identity) : '') }
    const visitor = new Visitor(await someone())
    await visitor.page.goto(site.origin)
    await visitor.open()
    if (wanted === 'refused') {
      await expect(visitor.frame.getByText(said.stranger_help), name).toBeVisible()
      await expect(visitor.field, name).toHaveCount(0)
      continue
    }
    await visitor.say(name)
    await visitor.delivered()
    const [row] = await rows(api, name)
    expect(row?.customer_name === '韩女士', name).toBe(wanted === 'known')
  }
  // The same person by hash and by token is one customer.
  const [hash, token] = [await rows(api, 'required, hash'), await rows(api, 'required, token')]
  expect(new Set([...hash, ...token].map(({ customer_id }) => customer_id)).size).toBe(1)
})

test('a stranger who signs in while talking keeps the talk, and signed out leaves nothing behind', async ({ api, signedIn, someone }) => {
  const { key, secret } = await open(api, 'optional')
  pages['/'] = { html: shop(BASE(), key) }
  const visitor = new Visitor(await someone())
  await visitor.page.goto(site.origin)
  await visitor.open()
  await visitor.say('先问问价格')
  await visitor.delivered()
  await visitor.page.evaluate((identity) => (window as unknown as { Zhike: (...args: unknown[]) => void }).Zhike('identify', identity), byHash(secret, 'c9'))
  await expect.poll(async () => (await rows(api, '先问问价格'))[0]?.customer_name).toBe('韩女士')
  await expect(visitor.messages).toHaveText(['先问问价格'])
  // What a thief takes from the browser proves nothing without the site's signature.
  const kept = await visitor.page.evaluate(() => Object.entries(localStorage))
  const thief = new Visitor(await someone())
  await thief.page.addInitScript((kept) => {
    for (const [name, value] of kept) localStorage.setItem(name, value)
  }, kept)
  await thief.page.goto(site.origin)
  await thief.launcher.click()
  await expect(thief.frame.locator('.status.ready, .status.good, .status.soon, .status.rest').first()).toBeVisible()
  await expect(thief.messages).toHaveCount(0)

  await visitor.page.evaluate(() => (window as unknown as { Zhike: (...args: unknown[]) => void }).Zhike('logout'))
  await expect(visitor.messages).toHaveCount(0)
})
