import type { Sanction } from '@zhike/api'
import { formatMoney, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const KINDS = ['retraining', 'warning', 'deduction'] as const satisfies Sanction['kind'][]
export const GROUNDS = ['procedure', 'negligence', 'conduct', 'concealment'] as const satisfies Sanction['ground'][]
export const PARTS = ['direct', 'supervising'] as const satisfies Sanction['part'][]
export const STATES = ['proposed', 'noticed', 'appealed', 'stands', 'upheld', 'changed', 'withdrawn'] as const satisfies Sanction['state'][]

const tones = { proposed: 'warning', noticed: 'active', appealed: 'warning', stands: 'bad', upheld: 'bad', changed: 'active', withdrawn: 'idle' } as const satisfies Record<Sanction['state'], StateTone>

/** Where a sanction stands, as shape, word and colour. */
export const lookOf = (one: Pick<Sanction, 'state'>): { tone: StateTone; word: string } => ({ tone: tones[one.state], word: t(`sanctions.states.${one.state}`) })

/** What it is, with the amount of a deduction. */
export const whatOf = (kind: Sanction['kind'], amount: number | null, currency: string): string => (amount === null ? t(`sanctions.kinds.${kind}`) : `${t(`sanctions.kinds.${kind}`)} ${formatMoney(amount, currency)}`)
