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

/** How long a message stays, in milliseconds; a failure stays longer because it must be read. */
const STAY = { good: 3500, plain: 3500, bad: 8000 }

/** Says something in passing. What must not be missed belongs on the page. */
export function toast(text: string, tone: Toast['tone'] = 'good', action?: Toast['action']): void {
  const entry: Toast = { id: (next += 1), tone, text, ...(action ? { action } : {}) }
  toasts.value = [...toasts.value.slice(-3), entry]
  setTimeout(() => dismissToast(entry.id), STAY[tone])
}

export function dismissToast(id: number): void {
  toasts.value = toasts.value.filter((entry) => entry.id !== id)
}
