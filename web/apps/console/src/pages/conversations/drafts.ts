import { me } from '@/app/session'
import { onScopeDispose, shallowRef, triggerRef } from 'vue'

/** What was begun in one conversation and not sent. */
export interface Draft {
  reply: string
  note: string
  /** The message it answers to. */
  quote?: number
}

const NOTHING: Draft = { reply: '', note: '' }
/** One key a conversation, so that two windows do not overwrite each other's; by person, for a device may be shared. */
const prefix = () => `zhike.draft.${me.value?.id ?? ''}.`

const drafts = shallowRef(new Map<string, Draft>())
let owner = ''

export function draftOf(conversationId: string): Draft {
  recall()
  return drafts.value.get(conversationId) ?? NOTHING
}

/** The words of a draft for the list: the reply before the note. */
export function draftWords(conversationId: string): string {
  const { reply, note } = draftOf(conversationId)
  return reply.trim() || note.trim()
}

export function keepDraft(conversationId: string, draft: Draft): void {
  recall()
  const empty = draft.reply === '' && draft.note === ''
  if (empty) drafts.value.delete(conversationId)
  else drafts.value.set(conversationId, draft)
  triggerRef(drafts)
  try {
    if (empty) localStorage.removeItem(prefix() + conversationId)
    else localStorage.setItem(prefix() + conversationId, JSON.stringify(draft))
  } catch {
    // Storage is forbidden or full: the draft lasts as long as the page.
  }
}

function recall(): void {
  if (owner === prefix()) return
  owner = prefix()
  const found = new Map<string, Draft>()
  try {
    for (let at = 0; at < localStorage.length; at += 1) {
      const key = localStorage.key(at) ?? ''
      if (key.startsWith(owner)) found.set(key.slice(owner.length), parse(localStorage.getItem(key)))
    }
  } catch {
    // Storage is forbidden: there is nothing to recall.
  }
  drafts.value = found
}

function parse(text: string | null): Draft {
  try {
    return { ...NOTHING, ...(JSON.parse(text ?? '{}') as Partial<Draft>) }
  } catch {
    return NOTHING
  }
}

/** Who shows a draft of this conversation to be written on. */
const listeners = new Map<string, (draft: Draft) => void>()

/** Calls when another window of the same person changed the draft; until the component is gone. */
export function onDraft(conversationId: string, listener: (draft: Draft) => void): void {
  listeners.set(conversationId, listener)
  onScopeDispose(() => listeners.get(conversationId) === listener && listeners.delete(conversationId))
}

// Another window wrote, or sent what was written: both show the same words, and nothing is sent twice.
if (typeof window !== 'undefined') {
  window.addEventListener('storage', (event) => {
    if (!event.key?.startsWith(prefix())) return
    const id = event.key.slice(prefix().length)
    if (event.newValue) drafts.value.set(id, parse(event.newValue))
    else drafts.value.delete(id)
    triggerRef(drafts)
    listeners.get(id)?.(draftOf(id))
  })
}
