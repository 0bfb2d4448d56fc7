import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { APIRequestContext } from '@playwright/test'

/** A platform that gives tokens and takes what is said, a few words at a time. */
export class Wechat {
  readonly said: { touser: string; text?: { content: string } }[] = []
  readonly #server: Server
  /** How much may still be said. */
  left = 5

  constructor() {
    this.#server = createServer((request, answer) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        answer.setHeader('content-type', 'application/json')
        answer.end(JSON.stringify(this.#answer(new URL(request.url ?? '', 'http://x').pathname, Buffer.concat(parts).toString())))
      })
    })
  }

  #answer(path: string, body: string): unknown {
    if (path === '/cgi-bin/stable_token') return { access_token: 'TOKEN', expires_in: 7200 }
    if (path === '/cgi-bin/message/custom/send') {
      if (this.left <= 0) return { errcode: 45047, errmsg: 'out of response count limit' }
      this.left -= 1
      this.said.push(JSON.parse(body) as Wechat['said'][number])
      return { errcode: 0, errmsg: 'ok' }
    }
    return path === '/cgi-bin/user/info' ? { subscribe: 1 } : { errcode: 0, errmsg: 'ok' }
  }

  async start(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    const address = this.#server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

const mark = (...parts: string[]) => createHash('sha1').update(parts.sort().join('')).digest('hex')

/** Calls an account's address as WeChat does: sealed and signed. */
export async function callAsWechat(request: APIRequestContext, address: string, { token, key, app }: { token: string; key: string; app: string }, inner: string): Promise<number> {
  const secret = Buffer.from(`${key}=`, 'base64')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(inner))
  const plain = Buffer.concat([randomBytes(16), length, Buffer.from(inner), Buffer.from(app)])
  const fill = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', secret, secret.subarray(0, 16)).setAutoPadding(false)
  const sealed = Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(fill, fill)])), cipher.final()]).toString('base64')
  const timestamp = String(Math.floor(Date.now() / 1000))
  const params = { timestamp, nonce: 'n1', msg_signature: mark(token, timestamp, 'n1', sealed), signature: mark(token, timestamp, 'n1') }
  const answer = await request.post(address, { params, headers: { 'content-type': 'text/xml' }, data: `<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>` })
  return answer.status()
}

/** What a customer writes, as it stands in a call. */
export const words = (user: string, id: string, text: string) =>
  `<xml><ToUserName>gh_1</ToUserName><FromUserName><![CDATA[${user}]]></FromUserName><CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime><MsgType>text</MsgType><Content><![CDATA[${text}]]></Content><MsgId>${id}</MsgId></xml>`
