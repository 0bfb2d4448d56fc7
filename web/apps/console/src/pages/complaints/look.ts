import type { Complained, ComplaintStep } from '@zhike/api'
import { formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const STEPS = ['intake', 'judgement', 'investigation', 'solution', 'implementation', 'summary', 'revisit'] as const satisfies ComplaintStep[]
export const SEVERITIES = ['minor', 'serious', 'critical'] as const
export const RISKS = ['none', 'possible', 'viral'] as const

/** Where a complaint stands and whether it is late, as shape, word and colour. */
export function lookOf(one: Pick<Complained, 'step' | 'due_at'>, now: number): { tone: StateTone; word: string } {
  const word = t(`complaints.steps.${one.step}`)
  if (one.step === 'archived') return { tone: 'good', word }
  return one.due_at !== null && one.due_at < now ? { tone: 'bad', word: t('complaints.late_by', { step: word, span: formatSpan(now - one.due_at) }) } : { tone: 'active', word }
}

export const severityTone = { minor: 'idle', serious: 'warning', critical: 'bad' } as const satisfies Record<string, StateTone>

/** Who complains, in a word. */
export const complainantOf = (one: Pick<Complained, 'anonymous' | 'customer_name'>): string => (one.anonymous ? t('complaints.anonymous') : one.customer_name || t('promises.unnamed'))

/** An option by its letter. */
export const letterOf = (at: number): string => String.fromCharCode(65 + at)
