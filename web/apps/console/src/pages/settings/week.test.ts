import { describe, expect, it } from 'vitest'
import { moveEdge, spanAt, tidy, toClock, toMinutes, toSlots, toSpans, totalMinutes } from './week'

describe('the week grid', () => {
  it('reads and writes clocks', () => {
    expect(toMinutes('09:30')).toBe(570)
    expect(toClock(1440)).toBe('24:00')
    expect(toSlots(toSpans([{ start: '08:30', end: '20:00' }]))).toEqual([{ start: '08:30', end: '20:00' }])
  })

  it('joins spans that touch', () => {
    expect(tidy([{ from: 600, to: 720 }, { from: 480, to: 600 }, { from: 900, to: 900 }])).toEqual([{ from: 480, to: 720 }])
  })

  it('keeps an edge between its neighbours', () => {
    const spans = [{ from: 480, to: 720 }, { from: 780, to: 1080 }]
    expect(moveEdge(spans, 0, 'to', 2000)[0]).toEqual({ from: 480, to: 780 })
    expect(moveEdge(spans, 1, 'from', 0)[1]).toEqual({ from: 720, to: 1080 })
    expect(moveEdge(spans, 0, 'to', 0)[0]).toEqual({ from: 480, to: 495 })
    expect(moveEdge(spans, 0, 'from', 487)[0]).toEqual({ from: 480, to: 720 })
  })

  it('finds room for a new span', () => {
    const spans = [{ from: 480, to: 720 }]
    expect(spanAt(spans, 600)).toBeUndefined()
    expect(spanAt(spans, 750)).toEqual({ from: 720, to: 840 })
    expect(spanAt([], 30)).toEqual({ from: 0, to: 120 })
  })

  it('adds up', () => expect(totalMinutes([{ from: 0, to: 60 }, { from: 120, to: 150 }])).toBe(90))
})
