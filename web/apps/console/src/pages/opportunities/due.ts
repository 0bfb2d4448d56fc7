import { fromLocalField, toLocalField } from '../tasks/due'

/** So many minutes of business time, or a moment. */
export const MINUTES = { h4: 240, d1: 480, d3: 1_440, w1: 2_400 } as const
export interface DueWish {
  when: keyof typeof MINUTES | 'at'
  at: string
}

export const freshDue = (): DueWish => ({ when: 'd1', at: toLocalField(Date.now() + 86_400_000) })
export const dueOf = (wish: DueWish) => (wish.when === 'at' ? { due_at: fromLocalField(wish.at) } : { due_minutes: MINUTES[wish.when] })
