import type { Asked } from '@zhike/api'
import { formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** How an ask stands, as shape, word and colour. */
export function lookOf(one: Pick<Asked, 'state' | 'due_at' | 'found'>, now: number): { tone: StateTone; word: string } {
  if (one.state === 'withdrawn') return { tone: 'idle', word: t('asks.states.withdrawn') }
  if (one.state === 'answered') return one.found === 'gap' ? { tone: 'warning', word: t('asks.answered_gap') } : { tone: 'good', word: t('asks.answered_known') }
  return one.due_at < now ? { tone: 'bad', word: t('asks.overdue_by', { span: formatSpan(now - one.due_at) }) } : { tone: 'active', word: t('asks.states.open') }
}
