import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An identity provider for tests: whoever arrives is this person at once. */
export class IdentityProvider {
  issuer = ''
  /** What is said of whoever arrives. */
  claims: Record<string, unknown> = {}
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #codes = new Map<string, { challenge: string; nonce: string }>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, answer) => {
      const url = new URL(request.url ?? '/', this.issuer)
      let body = ''
      request.on('data', (part) => (body += part))
      request.on('end', () => {
        if (url.pathname === '/auth') {
          const code = randomUUID()
          this.#codes.set(code, { challenge: url.searchParams.get('code_challenge') ?? '', nonce: url.searchParams.get('nonce') ?? '' })
          const back = new URL(url.searchParams.get('redirect_uri') ?? '')
          back.search = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' }).toString()
          return answer.writeHead(302, { location: back.href }).end()
        }
        const said = this.#say(url.pathname, new URLSearchParams(body))
        answer.writeHead(said ? 200 : 400, { 'content-type': 'application/json' }).end(JSON.stringify(said ?? { error: 'invalid_grant' }))
      })
    })
  }

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider()
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve))
    provider.issuer = `http://127.0.0.1:${(provider.#server.address() as AddressInfo).port}`
    return provider
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #say(path: string, form: URLSearchParams): unknown {
    const at = (path: string) => `${this.issuer}${path}`
    if (path === '/.well-known/openid-configuration') return { issuer: this.issuer, authorization_endpoint: at('/auth'), token_endpoint: at('/token'), jwks_uri: at('/keys') }
    if (path === '/keys') return { keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }
    const code = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    if (path !== '/token' || !code || createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') !== code.challenge) return undefined
    const now = Math.floor(Date.now() / 1_000)
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const text = `${part({ alg: 'ES256', kid: 'k' })}.${part({ iss: this.issuer, aud: 'zhike', iat: now, exp: now + 300, nonce: code.nonce, ...this.claims })}`
    const key = createPrivateKey(this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }))
    return { id_token: `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`, access_token: 'a', token_type: 'Bearer' }
  }
}
