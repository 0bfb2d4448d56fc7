import { shallowRef, triggerRef } from 'vue'

/** Unsent words, by conversation, kept on this device until they are sent. */
const KEY = 'zhike.drafts'

const drafts = shallowRef(recall())

export function draftOf(conversationId: string): string {
  return drafts.value.get(conversationId) ?? ''
}

export function keepDraft(conversationId: string, text: string): void {
  if (draftOf(conversationId) === text) return
  if (text) drafts.value.set(conversationId, text)
  else drafts.value.delete(conversationId)
  triggerRef(drafts)
  try {
    localStorage.setItem(KEY, JSON.stringify([...drafts.value]))
  } catch {
    // Storage is forbidden or full: the draft lasts as long as the page.
  }
}

function recall(): Map<string, string> {
  try {
    return new Map(JSON.parse(localStorage.getItem(KEY) ?? '[]') as [string, string][])
  } catch {
    return new Map()
  }
}
