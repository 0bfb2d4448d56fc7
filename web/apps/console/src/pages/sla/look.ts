import type { Conversation } from '@zhike/api'
import { formatClock, formatNumber, t } from '@zhike/i18n'

/** The first answer against its time, once it was given. */
export function firstOf(row: Conversation): { took: number; target: number; late: boolean } | undefined {
  const { terms, first_response_ms, first_response_wall_ms } = row
  const took = terms?.business ? first_response_ms : first_response_wall_ms
  // Who left a message did not wait: its answer is not measured.
  if (!terms?.first_ms || took === null || took === undefined || terms.unmeasured_since) return undefined
  return { took, target: terms.first_ms, late: took > terms.first_ms }
}

/** How long it took until it was over, against its time. */
export function endOf(row: Conversation): { took: number; target: number; late: boolean } | undefined {
  const { terms, final_ms } = row
  if (!terms?.final_ms || final_ms === null || row.state !== 'closed') return undefined
  return { took: final_ms, target: terms.final_ms, late: final_ms > terms.final_ms }
}

/** What was missed in it, in words; empty when nothing was. */
export function missesOf(row: Conversation): string {
  const [first, end] = [firstOf(row), endOf(row)]
  return [
    first?.late ? t('sla.first_late', { took: formatClock(first.took), target: formatClock(first.target) }) : '',
    row.late_answers > 0 ? t('sla.next_late', { n: formatNumber(row.late_answers) }, row.late_answers) : '',
    end?.late ? t('sla.end_late', { took: formatClock(end.took), target: formatClock(end.target) }) : '',
  ].filter(Boolean).join(t('sla.and'))
}
