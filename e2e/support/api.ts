import { randomUUID } from 'node:crypto'
import type { APIRequestContext, APIResponse } from '@playwright/test'

/** The administrator every installation under test gets. */
export const ADMINISTRATOR = { login: 'admin', password: 'correct-horse-9-battery', name: '林知夏' }

/** Calls the API as a page would: with the session of the context it is given and the guard header. */
export class Api {
  readonly #request: APIRequestContext
  readonly #base: string

  constructor(request: APIRequestContext, base = process.env.ZHIKE_URL ?? '') {
    this.#request = request
    this.#base = base
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path)
  }

  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#call('POST', path, body)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PUT', path, body)
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PATCH', path, body)
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.raw(method, path, body)
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`)
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as T
  }

  /** Sends a file as a page would. */
  async upload(name: string, text: string): Promise<{ id: string }> {
    const headers = { 'X-Zhike': '1', 'Idempotency-Key': randomUUID() }
    const file = { name, mimeType: 'text/plain', buffer: Buffer.from(text) }
    const response = await this.#request.post(`${this.#base}/api/v1/files`, { headers, multipart: { file } })
    if (!response.ok()) throw new Error(`${name}: ${response.status()} ${await response.text()}`)
    return (await response.json()) as { id: string }
  }

  /** The answer itself, whatever its status. */
  raw(method: string, path: string, body?: unknown): Promise<APIResponse> {
    const headers: Record<string, string> = { 'X-Zhike': '1' }
    if (method === 'POST') headers['Idempotency-Key'] = randomUUID()
    return this.#request.fetch(`${this.#base}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { data: body }),
    })
  }

  /** Creates the administrator if the installation has none, and signs the context in. */
  async signIn(): Promise<void> {
    const { needed } = await this.get<{ needed: boolean }>('/setup')
    const { login, password, name } = ADMINISTRATOR
    if (!needed) {
      await this.post('/session', { login, password })
      return
    }
    await this.post('/setup', { organisation: '晨光家电', name, login, password, locale: 'zh-CN' })
    // The trial page's channel before any test makes one: the first there is, is the default.
    await this.#request.fetch(`${this.#base}/widget/channels/default`)
  }
}
