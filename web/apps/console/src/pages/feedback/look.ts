import type { Feedback, FeedbackKind, Recognition } from '@zhike/api'
import { formatMoney, formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const KINDS = ['suggestion', 'opinion', 'praise'] as const satisfies FeedbackKind[]
export const WAYS = ['phone', 'counter', 'mail', 'form'] as const

const tones = { received: 'warning', assigned: 'active', answered: 'good', closed: 'good', converted: 'idle' } as const satisfies Record<Feedback['state'], StateTone>

/** Where an item stands and whether it is late, as shape, word and colour. */
export function lookOf(one: Pick<Feedback, 'state' | 'due_at'>, now: number): { tone: StateTone; word: string } {
  const word = t(`feedback.states.${one.state}`)
  const open = one.state === 'received' || one.state === 'assigned'
  return open && one.due_at !== null && one.due_at < now ? { tone: 'bad', word: t('feedback.late_by', { state: word, span: formatSpan(now - one.due_at) }) } : { tone: tones[one.state], word }
}

/** Who said it, in a word. */
export const senderOf = (one: Pick<Feedback, 'customer_id' | 'customer_name'>): string => (one.customer_id ? one.customer_name || t('promises.unnamed') : t('feedback.anonymous'))

/** Of whom it is. */
export const whoseOf = (one: Pick<Recognition, 'person_name' | 'unit_name'>): string => one.person_name || t('feedback.wall.whole_unit', { unit: one.unit_name })

export const money = (minor: number, currency: string): string => formatMoney(minor, currency)
