import type { AutomationAction } from '@zhike/api'
import { shallowRef } from 'vue'

/** What is done: these actions, or a macro. */
export type Deed = { actions: AutomationAction[] } | { macro_id: string }

/** A conversation in which nothing was done, and why. */
export interface Refused {
  id: string
  name: string
  why: string
}

/** What was refused of the last batch, to be read; `more`: how many besides. */
export const refusals = shallowRef<{ title: string; done: number; refused: readonly Refused[]; more?: number }>()
