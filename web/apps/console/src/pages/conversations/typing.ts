import { api } from '@zhike/api'

/** The customer hears of typing no more often than this, in milliseconds. */
const EVERY = 3_000
let last = { id: '', at: 0 }

/** Tells that one is writing here; that it was not heard is nobody's concern. */
export function tellTyping(conversationId: string): void {
  const now = performance.now()
  if (last.id === conversationId && now - last.at < EVERY) return
  last = { id: conversationId, at: now }
  void api.post('/conversations/{id}/typing', { path: { id: conversationId } }).catch(() => {})
}
