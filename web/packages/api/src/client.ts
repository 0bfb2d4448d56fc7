import createClient from 'openapi-fetch'
import { ApiError, toApiError } from './error'

/** What a call carries besides its path. */
export interface CallInit {
  path?: Record<string, string | number>
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown
  /** Names the intent: the same key sent twice acts once. POST makes one unless given. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** Goes out although the page is being left. */
  keepalive?: boolean
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

const client = createClient<Record<string, never>>({ baseUrl: '/api/v1', credentials: 'same-origin' })

let unauthenticated: ((sentAt: number) => void) | undefined

/** Registers what happens when a call finds that the session is over; `sentAt` is when it left, by `performance.now()`. */
export function onUnauthenticated(handler: (sentAt: number) => void): void {
  unauthenticated = handler
}

/** Calls the server. Resolves with the answer's body, rejects with an ApiError and nothing else. */
async function call<T>(method: Method, path: string, init: CallInit = {}): Promise<T> {
  const headers: Record<string, string> = {}
  // Any cross-site form lacks this header: it is the guard against forged requests.
  if (method !== 'get') headers['X-Zhike'] = '1'
  if (method === 'post') headers['Idempotency-Key'] = init.idempotencyKey ?? newKey()
  const request = client.request as unknown as (
    method: string,
    path: string,
    init: object,
  ) => Promise<{ data?: unknown; error?: unknown; response: Response }>
  const query = Object.fromEntries(Object.entries(init.query ?? {}).filter(([, value]) => value != null && value !== ''))
  const sentAt = performance.now()
  let answer: Awaited<ReturnType<typeof request>>
  try {
    answer = await request(method, path, {
      params: { path: init.path ?? {}, query },
      headers,
      ...(init.body === undefined ? {} : { body: init.body }),
      ...(init.body instanceof FormData ? { bodySerializer: (body: FormData) => body } : {}),
      ...(init.signal ? { signal: init.signal } : {}),
      ...(init.keepalive ? { keepalive: true } : {}),
    })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError({ status: 0, code: 'offline', title: String(cause) })
  }
  if (answer.response.ok) return answer.data as T
  if (answer.response.status === 401) unauthenticated?.(sentAt)
  throw toApiError(answer.response, answer.error)
}

/** A random name for one intent. */
export function newKey(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}

export const api = {
  get: <T>(path: string, init?: CallInit) => call<T>('get', path, init),
  post: <T = void>(path: string, init?: CallInit) => call<T>('post', path, init),
  put: <T = void>(path: string, init?: CallInit) => call<T>('put', path, init),
  patch: <T = void>(path: string, init?: CallInit) => call<T>('patch', path, init),
  delete: <T = void>(path: string, init?: CallInit) => call<T>('delete', path, init),
}
