// A whole client of an open channel, without dependencies: what is typed is said by a customer, what
// colleagues answer is printed, and each answer is reported as delivered. Node 22 or newer.
//
//   ZHIKE_URL=http://127.0.0.1:8080 ZHIKE_KEY=wk_… ZHIKE_SECRET=… node client.mjs
//
// Set the channel's callback address to http://127.0.0.1:8099/zhike and say that it lies in your own network.

import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const WINDOW_MS = 300_000

/** The mark of a call: HMAC-SHA256 over `<timestamp>.<body>`. */
export function sign(secret, timestamp, body) {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`
}

/** Whether one of the marks of a call is ours, and the call is from now. */
export function isSigned(secret, headers, body) {
  const timestamp = headers['x-zhike-timestamp'] ?? ''
  if (!(Math.abs(Date.now() - Number(timestamp)) <= WINDOW_MS)) return false
  const mine = Buffer.from(sign(secret, timestamp, body))
  const marks = (headers['x-zhike-signature'] ?? '').split(',').map((mark) => Buffer.from(mark.trim()))
  return marks.some((mark) => mark.length === mine.length && timingSafeEqual(mark, mine))
}

/** One channel, as your system sees it. */
export class OpenChannel {
  constructor({ url, key, secret }) {
    Object.assign(this, { url: url.replace(/\/$/, ''), key, secret })
  }

  /** Calls a door. A call is signed anew each time it is tried; what came before is known by its own id. */
  async call(door, said) {
    const body = JSON.stringify(said)
    for (let wait = 500; ; wait *= 2) {
      const timestamp = String(Date.now())
      const headers = { 'content-type': 'application/json', 'x-zhike-timestamp': timestamp, 'x-zhike-signature': sign(this.secret, timestamp, body) }
      const answer = await fetch(`${this.url}/open/${this.key}/${door}`, { method: 'POST', headers, body }).catch(() => undefined)
      if (answer?.ok) return answer.json()
      const again = !answer || answer.status === 429 || answer.status >= 500
      if (!again || wait > 60_000) throw new Error(`${door}: ${answer ? `${answer.status} ${await answer.text()}` : 'nobody answers'}`)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /** Says something for a customer. `message`: `{ id, user: { id, name }, text, files, attributes }`. */
  say = (message) => this.call('messages', message)
  /** Tells how far answers got: `[{ id, state: 'delivered' | 'read' | 'failed', why }]`. */
  report = (receipts) => this.call('receipts', { receipts })
  typing = (user_id, text) => this.call('typing', { user_id, text })
  leave = (user_id) => this.call('departures', { user_id })

  /** Sends a file of a customer; answers the id a message takes along. */
  async sendFile(user, name, bytes) {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const { path } = await this.call('files', { user, name, size: bytes.length, sha256 })
    const answer = await fetch(this.url + path, { method: 'PUT', body: bytes })
    if (!answer.ok) throw new Error(`upload: ${answer.status} ${await answer.text()}`)
    return (await answer.json()).file_id
  }

  /** Hears what is said to customers. What came twice is told once; 200 says that it is taken. */
  listen(port, path, hear) {
    const known = new Set()
    const server = createServer((request, response) => {
      const pieces = []
      request.on('data', (piece) => pieces.push(piece))
      request.on('end', async () => {
        const body = Buffer.concat(pieces)
        const answer = (status) => response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
        if (request.method !== 'POST' || request.url !== path) return answer(404)
        if (!isSigned(this.secret, request.headers, body)) return answer(401)
        const said = JSON.parse(body.toString())
        if (said.type !== 'message' || known.has(said.id)) return answer(200)
        try {
          await hear(said)
          known.add(said.id)
          answer(200)
        } catch {
          // Anything but 2xx is tried again, in order.
          answer(503)
        }
      })
    })
    return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)))
  }
}

async function main() {
  const { ZHIKE_URL: url = 'http://127.0.0.1:8080', ZHIKE_KEY: key, ZHIKE_SECRET: secret, ZHIKE_PORT: port = '8099', ZHIKE_USER: id = 'example-1' } = process.env
  if (!key || !secret) throw new Error('ZHIKE_KEY and ZHIKE_SECRET are needed: see README.md')
  const channel = new OpenChannel({ url, key, secret })
  const user = { id, name: process.env.ZHIKE_NAME ?? '示例客户' }
  await channel.listen(Number(port), '/zhike', async ({ id, message }) => {
    const { author, text, file, card } = message
    console.log(`${author ?? 'zhike'}: ${file ? `[${file.name}] ${url}${file.path}` : (card?.title ?? text)}`)
    // Not awaited: the answer says that it is taken, the receipt that it is on the screen.
    channel.report([{ id, state: 'delivered' }]).catch(console.error)
  })
  console.log('Type what the customer says; /file PATH sends a file, /bye ends the conversation.')
  for await (const line of createInterface({ input: process.stdin })) {
    const text = line.trim()
    if (text === '/bye') await channel.leave(id)
    else if (text.startsWith('/file ')) {
      const path = text.slice(6).trim()
      await channel.say({ id: randomUUID(), user, files: [await channel.sendFile(user, basename(path), await readFile(path))] })
    } else if (text) await channel.say({ id: randomUUID(), user, text })
  }
  process.exit()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
