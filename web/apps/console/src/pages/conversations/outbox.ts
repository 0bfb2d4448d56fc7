import { api, ApiError, type Message, newKey } from '@zhike/api'
import { backoff } from '@zhike/realtime'
import { shallowRef } from 'vue'
import type { Kind, Pending } from './transcript'

/**
 * Messages written here and not yet acknowledged. They leave one after another within a
 * conversation, so that the customer reads them in the order of writing; the client id makes
 * a repeated send harmless. Kept in this tab's storage: a reload does not lose a word.
 */
const KEY = 'zhike.outbox'

export const outbox = shallowRef<readonly Pending[]>(recall())

const working = new Set<string>()
let arrived: (message: Message) => void = () => {}

/** Who wants the acknowledged messages. */
export function onArrived(handler: (message: Message) => void): void {
  arrived = handler
}

/** What belongs to a message besides its words. */
export interface Extras {
  kind?: Kind
  file_id?: string
  quote_seq?: number
  data?: Record<string, unknown>
  mentions?: string[]
}

/** Writes a message: it is on screen at once and leaves as soon as the line allows. */
export function post(conversationId: string, text: string, extras: Extras = {}): void {
  const pending: Pending = { client_id: newKey(), conversation_id: conversationId, text, written_at: Date.now(), state: 'sending', ...extras }
  keep([...outbox.value, pending])
  void work(conversationId)
}

/** Tries a refused message again. */
export function tryAgain(clientId: string): void {
  const pending = outbox.value.find((one) => one.client_id === clientId)
  if (!pending) return
  replace({ ...pending, state: 'sending' })
  void work(pending.conversation_id)
}

export function discard(clientId: string): void {
  keep(outbox.value.filter((one) => one.client_id !== clientId))
}

/** Takes up whatever is still waiting, after a reload or when the line is back. */
export function resume(): void {
  for (const id of new Set(outbox.value.map((one) => one.conversation_id))) void work(id)
}

async function work(conversationId: string): Promise<void> {
  if (working.has(conversationId)) return
  working.add(conversationId)
  try {
    for (let attempt = 0; ; ) {
      const next = outbox.value.find((one) => one.conversation_id === conversationId && one.state !== 'failed')
      if (!next) return
      try {
        const message = await send(next)
        discard(next.client_id)
        arrived(message)
        attempt = 0
      } catch (error) {
        if (error instanceof ApiError && error.transient) {
          replace({ ...next, state: 'waiting' })
          await new Promise((resolve) => setTimeout(resolve, backoff(attempt)))
          attempt += 1
        } else {
          replace({ ...next, state: 'failed', error })
        }
      }
    }
  } finally {
    working.delete(conversationId)
  }
}

function send({ conversation_id, written_at: _, state: __, error: ___, ...body }: Pending): Promise<Message> {
  return api.post<Message>('/conversations/{id}/messages', { path: { id: conversation_id }, body, idempotencyKey: body.client_id })
}

function replace(pending: Pending): void {
  keep(outbox.value.map((one) => (one.client_id === pending.client_id ? pending : one)))
}

function keep(next: readonly Pending[]): void {
  outbox.value = next
  try {
    sessionStorage.setItem(KEY, JSON.stringify(next.map(({ error: _, ...one }) => one)))
  } catch {
    // Storage is forbidden or full: the messages still leave from memory.
  }
}

function recall(): Pending[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Pending[]
  } catch {
    return []
  }
}
