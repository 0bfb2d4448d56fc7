import { shallowRef } from 'vue'

export interface Toast {
  id: number
  tone: 'good' | 'bad' | 'plain'
  text: string
  action?: { label: string; run: () => void }
}

/** What is on screen now, oldest first. */
export const toasts = shallowRef<readonly Toast[]>([])
let next = 0

/** How long a message stays, in milliseconds. */
const STAY = 3500
/** A failure stays longer because it must be read, and what can be taken back because one must have thought. */
const STAY_LONGER = 8000
let held = false

/** Says something in passing. What must not be missed belongs on the page. */
export function toast(text: string, tone: Toast['tone'] = 'good', action?: Toast['action']): void {
  const entry: Toast = { id: (next += 1), tone, text, ...(action ? { action } : {}) }
  toasts.value = [...toasts.value.slice(-3), entry]
  leave(entry.id, tone === 'bad' || action ? STAY_LONGER : STAY)
}

function leave(id: number, after: number): void {
  setTimeout(() => (held ? leave(id, 1000) : dismissToast(id)), after)
}

/** While one points at a message or is in it, none leaves. */
export function holdToasts(hold: boolean): void {
  held = hold
}

export function dismissToast(id: number): void {
  held = false
  toasts.value = toasts.value.filter((entry) => entry.id !== id)
}
