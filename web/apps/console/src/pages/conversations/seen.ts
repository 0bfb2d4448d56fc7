import type { Conversation } from '@zhike/api'
import { shallowRef, triggerRef } from 'vue'

/**
 * Up to which message each conversation was looked at on this device, by the message's time: a
 * reload makes nothing new again. Only the latest are remembered.
 */
const KEY = 'zhike.seen'
const MOST = 300
const seen = shallowRef(recall())

export function markSeen(id: string, lastMessageAt: number): void {
  if ((seen.value.get(id) ?? 0) >= lastMessageAt) return
  seen.value.delete(id)
  seen.value.set(id, lastMessageAt)
  triggerRef(seen)
  try {
    localStorage.setItem(KEY, JSON.stringify([...seen.value].slice(-MOST)))
  } catch {
    // Storage is forbidden or full: it is remembered as long as the page.
  }
}

/** Whether a waiting customer said something that was not looked at here. */
export function hasNews(row: Conversation): boolean {
  return row.state === 'active' && row.waiting_since !== null && row.last_message_at > (seen.value.get(row.id) ?? 0)
}

function recall(): Map<string, number> {
  try {
    return new Map(JSON.parse(localStorage.getItem(KEY) ?? '[]') as [string, number][])
  } catch {
    return new Map()
  }
}
