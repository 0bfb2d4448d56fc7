import { describe, expect, it } from 'vitest'
import { byQueue, daysBack } from './figures'

const ratio = (numerator: number, denominator: number) => ({ numerator, denominator, n: denominator })
const day = (name: string, queue_id: string | null, met: number, of: number) => ({ day: name, queue_id, first: ratio(met, of), next: ratio(0, 0), end: ratio(0, 0) })

describe('the figures of queues', () => {
  it('adds days up instead of averaging their rates', () => {
    const sums = byQueue([day('2026-11-25', 'q1', 1, 2), day('2026-11-26', 'q1', 8, 8), day('2026-11-26', null, 0, 1)])
    expect(sums.map(({ queue_id, first }) => [queue_id, first.numerator, first.denominator])).toEqual([['q1', 9, 10], [null, 0, 1]])
  })

  it('names a week by its first and its last day', () => {
    expect(daysBack('week', new Date(2026, 10, 26, 12).getTime())).toEqual({ from: '2026-11-20', to: '2026-11-26' })
  })
})
