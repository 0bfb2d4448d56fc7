import type { SetupView } from '@zhike/api'
import { type Component, defineAsyncComponent } from 'vue'

/** The steps of the first run, in order. */
export const STEPS = ['administrator', 'organisation', 'hours', 'queue', 'snippet', 'test'] as const
export type StepId = (typeof STEPS)[number]

/** About how long each takes. */
export const MINUTES: Record<StepId, number> = { administrator: 1, organisation: 1, hours: 2, queue: 2, snippet: 1, test: 1 }

/** What follows from the choices of a step: a name, the value, and why. */
export interface Follows {
  title?: string
  name: string
  value: string
  note: string
}

/** What the page asks of the step it shows. */
export interface StepHandle {
  follows: readonly Follows[]
  /** Whether it can go on. */
  ready: boolean
  /** Keeps what was chosen; answers what the step says of itself once done. */
  save(): Promise<string>
  /** Words beside the buttons, instead of the usual. */
  note?: string
  /** The words on the button, instead of the usual. */
  verb?: string
}

export const views: Record<StepId, Component> = {
  administrator: defineAsyncComponent(() => import('./AdministratorStep.vue')),
  organisation: defineAsyncComponent(() => import('./OrganisationStep.vue')),
  hours: defineAsyncComponent(() => import('./HoursStep.vue')),
  queue: defineAsyncComponent(() => import('./QueueStep.vue')),
  snippet: defineAsyncComponent(() => import('./SnippetStep.vue')),
  test: defineAsyncComponent(() => import('./TestStep.vue')),
}

/** Where a set-up stands by what the server says of it; undefined when it is through. */
export function stepOf(setup: SetupView): StepId | undefined {
  if (setup.needed) return 'administrator'
  return setup.step === 'done' ? undefined : setup.step
}
