import type { Conversation } from '@zhike/api'
import { shallowRef, triggerRef } from 'vue'

/** Up to which message each conversation was looked at here, by the message's time. */
const seen = shallowRef(new Map<string, number>())

export function markSeen(id: string, lastMessageAt: number): void {
  if ((seen.value.get(id) ?? 0) >= lastMessageAt) return
  seen.value.set(id, lastMessageAt)
  triggerRef(seen)
}

/** Whether a waiting customer said something that was not looked at here. */
export function hasNews(row: Conversation): boolean {
  return row.state === 'active' && row.waiting_since !== null && row.last_message_at > (seen.value.get(row.id) ?? 0)
}
