import type { ComplaintCost, Improvement, ImprovementState, RecoveryVerdict } from '@zhike/api'
import { formatNumber, formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const STATES = ['open', 'completed', 'closed'] as const satisfies ImprovementState[]
/** In which order those won back, and those not, are told. */
export const VERDICTS = ['satisfied', 'bought', 'lost', 'undecided', 'anonymous', 'unreachable'] as const satisfies RecoveryVerdict[]

const tones = { open: 'active', completed: 'warning', closed: 'good' } as const satisfies Record<ImprovementState, StateTone>
export const verdictTones = { satisfied: 'good', bought: 'good', lost: 'bad', undecided: 'active', anonymous: 'idle', unreachable: 'idle' } as const satisfies Record<RecoveryVerdict, StateTone>

/** Where an action stands and whether it is late, as shape, word and colour. */
export function lookOf(one: Pick<Improvement, 'state' | 'due_at'>, now: number): { tone: StateTone; word: string } {
  const word = t(`improvements.states.${one.state}`)
  return one.state === 'open' && one.due_at !== null && one.due_at < now ? { tone: 'bad', word: t('improvements.late_by', { state: word, span: formatSpan(now - one.due_at) }) } : { tone: tones[one.state], word }
}

/** The columns of a cost, in the order they add up. */
export const COSTS = ['handling', 'compensation', 'points_cost', 'lost', 'total'] as const satisfies (keyof ComplaintCost)[]

/** Hours with one decimal. */
export const hours = (minutes: number): string => formatNumber(Math.round(minutes / 6) / 10)
