import type { Slot } from '@zhike/api'

/** Minutes of a day. */
export const DAY = 1440
/** Edges snap to this many minutes. */
export const SNAP = 15

/** A span within a day, in minutes from midnight; `to` may be 1440. */
export interface Span {
  from: number
  to: number
}

export function toMinutes(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/** `09:30`; the end of the day is `24:00`. */
export function toClock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

export const toSpans = (slots: readonly Slot[]): Span[] => slots.map((slot) => ({ from: toMinutes(slot.start), to: toMinutes(slot.end) }))
export const toSlots = (spans: readonly Span[]): Slot[] => spans.map((span) => ({ start: toClock(span.from), end: toClock(span.to) }))

export const snap = (minutes: number): number => Math.min(DAY, Math.max(0, Math.round(minutes / SNAP) * SNAP))

/** Puts spans in order and joins those that touch or overlap; empty ones vanish. */
export function tidy(spans: readonly Span[]): Span[] {
  const sorted = spans.filter((span) => span.to > span.from).sort((a, b) => a.from - b.from)
  const joined: Span[] = []
  for (const span of sorted) {
    const last = joined.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else joined.push({ ...span })
  }
  return joined
}

/** Moves one edge of a span, never past its neighbours nor past its other edge. */
export function moveEdge(spans: readonly Span[], index: number, edge: 'from' | 'to', minutes: number): Span[] {
  const span = spans[index]
  if (!span) return [...spans]
  const low = edge === 'from' ? (spans[index - 1]?.to ?? 0) : span.from + SNAP
  const high = edge === 'from' ? span.to - SNAP : (spans[index + 1]?.from ?? DAY)
  const at = Math.min(high, Math.max(low, snap(minutes)))
  return spans.map((one, i) => (i === index ? { ...one, [edge]: at } : one))
}

/** A new span around a point: two hours, or what is free. Undefined where there is no room. */
export function spanAt(spans: readonly Span[], minutes: number): Span | undefined {
  const before = Math.max(0, ...spans.filter((span) => span.to <= minutes).map((span) => span.to))
  const after = Math.min(DAY, ...spans.filter((span) => span.from >= minutes).map((span) => span.from))
  if (spans.some((span) => span.from < minutes && minutes < span.to)) return undefined
  const from = Math.max(before, snap(minutes - 60))
  const to = Math.min(after, from + 120)
  return to - from >= SNAP ? { from, to } : undefined
}

export const totalMinutes = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + span.to - span.from, 0)
