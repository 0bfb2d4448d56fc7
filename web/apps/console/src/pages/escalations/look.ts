import type { Escalated, EscalationSeverity } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const SEVERITIES = ['minor', 'major', 'critical'] as const
export const severityTone: Record<EscalationSeverity, StateTone> = { minor: 'idle', major: 'warning', critical: 'bad' }

/** How an escalation stands, as shape, word and colour. */
export function lookOf(one: Pick<Escalated, 'state' | 'late' | 'level' | 'levels'>): { tone: StateTone; word: string } {
  if (one.state === 'solved') return { tone: 'good', word: t('escalations.states.solved') }
  if (one.state === 'withdrawn') return { tone: 'idle', word: t('escalations.states.withdrawn') }
  const level = one.level === 0 ? t('escalations.not_told') : t('escalations.level_of', { n: one.level, of: one.levels.length })
  return { tone: one.late ? 'bad' : 'active', word: one.late ? t('escalations.late_level', { level }) : level }
}
