import type { ComplaintFigures } from '@zhike/api'
import { EMPTY, formatMoney, formatNumber } from '@zhike/i18n'

/** A line of the statistics, and how its complaints are listed. */
export interface FigureRow {
  key: string
  name: string
  figures: ComplaintFigures
  query: Record<string, string>
  /** Stands below the line before it. */
  below?: boolean
  sum?: boolean
}

interface Figure {
  id: string
  value: (one: ComplaintFigures) => number
  text: (one: ComplaintFigures, currency: string) => string
  /** Leads to a list; of which number, or all. */
  listed: boolean
  counted?: string
  /** Counts what is over a limit. */
  limit?: boolean
}

const HOUR = 3_600_000
const HUNDREDTHS = 1_000

/** Hours with one decimal; nothing of nothing. */
export function meanHours(ms: number, n: number): string {
  return n === 0 ? EMPTY : formatNumber(Math.round((ms / n / HOUR) * 10) / 10)
}

/** A share in per cent with one decimal; nothing of nothing. */
export function share(part: number, whole: number): string {
  return whole === 0 ? EMPTY : `${formatNumber(Math.round((part / whole) * HUNDREDTHS) / 10)}%`
}

function count(id: Exclude<keyof ComplaintFigures, 'compensation'>, counted: string | undefined = id, limit = false): Figure {
  return { id, value: (one) => one[id], text: (one) => formatNumber(one[id]), listed: true, ...(counted === undefined ? {} : { counted }), limit }
}

/** The numbers of a line, in the order of the paper form. */
export const FIGURES: Figure[] = [
  { id: 'received', value: (one) => one.received, text: (one) => formatNumber(one.received), listed: true, counted: 'received' },
  count('founded'),
  count('unfounded'),
  count('closed'),
  count('in_time'),
  { id: 'mean_hours', value: (one) => one.closed, text: (one) => meanHours(one.lasted_ms, one.closed), listed: false },
  count('over_hops', 'over_hops', true),
  count('over_cost', 'over_cost', true),
  count('over_time', 'over_time', true),
  count('compensated'),
  { id: 'compensation', value: (one) => one.compensation, text: (one, currency) => formatMoney(one.compensation, currency), listed: false },
  count('signed'),
  count('refused'),
  count('unreachable'),
  count('anonymous'),
  count('rated'),
  count('satisfied'),
]
