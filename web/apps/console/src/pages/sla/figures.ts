import type { SlaDay } from '@zhike/api'
import { formatClock, formatDate, formatSpan } from '@zhike/i18n'

export type Span = 'day' | 'week' | 'month'
const DAYS: Record<Span, number> = { day: 1, week: 7, month: 30 }

/** The days of a span that ends today, as the server names them. */
export function daysBack(span: Span, now: number): { from: string; to: string } {
  return { from: formatDate(now - (DAYS[span] - 1) * 86_400_000), to: formatDate(now) }
}

type Sum = Pick<SlaDay, 'queue_id' | 'first' | 'next' | 'end'>

/** Days added up by queue: what was kept and what was measured, each by itself. */
export function byQueue(days: readonly SlaDay[]): Sum[] {
  const sums = new Map<string, Sum>()
  const add = (a: SlaDay['first'], b: SlaDay['first']) => ({ numerator: a.numerator + b.numerator, denominator: a.denominator + b.denominator, n: a.n + b.n })
  for (const { queue_id, first, next, end } of days) {
    const known = sums.get(queue_id ?? '')
    sums.set(queue_id ?? '', known ? { queue_id, first: add(known.first, first), next: add(known.next, next), end: add(known.end, end) } : { queue_id, first, next, end })
  }
  return [...sums.values()].sort((a, b) => b.first.denominator - a.first.denominator)
}

/** A length of time as it is read best: a clock below an hour, else in words. */
export const lasting = (ms: number) => (ms < 3_600_000 ? formatClock(ms) : formatSpan(ms))
