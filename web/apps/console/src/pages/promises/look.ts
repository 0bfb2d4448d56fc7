import type { Promised } from '@zhike/api'
import { formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** How a promise stands, as shape, word and colour. */
export function lookOf(one: Promised, now: number): { tone: StateTone; word: string } {
  if (one.state === 'withdrawn') return { tone: 'idle', word: t('promises.states.withdrawn') }
  if (one.state === 'kept') return one.broken ? { tone: 'warning', word: t('promises.kept_late') } : { tone: 'good', word: t('promises.states.kept') }
  return one.due_at < now ? { tone: 'bad', word: t('promises.broken_by', { span: formatSpan(now - one.due_at) }) } : { tone: 'active', word: t('promises.states.open') }
}
