import { describe, expect, it } from 'vitest'
import type { FactFrame, ServerFrame } from './frames'
import { connected, disconnected, type Effect, impatient, receive, start, type TopicState } from './topic'

const fact = (seq: number): FactFrame => ({ t: 'fact', topic: 'conversation:1', seq, kind: 'message.posted', at: seq, data: seq }) as unknown as FactFrame
const snapshot = (seq: number): ServerFrame => ({ t: 'snapshot', topic: 'conversation:1', seq, data: null }) as unknown as ServerFrame

/** Plays frames into a state and returns what was delivered, by sequence. */
function play(state: TopicState, frames: ServerFrame[]) {
  const effects: Effect[] = []
  for (const frame of frames) {
    const step = receive(state, frame)
    state = step.state
    effects.push(...step.effects)
  }
  return { state, effects, delivered: effects.flatMap((e) => (e.do === 'deliver' ? [e.fact.seq] : [])) }
}

/** A seeded generator, so that a failing order can be played again. */
function seeded(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed / 2 ** 32
  }
}

describe('a topic', () => {
  it('asks for a snapshot first, and for the rest after a reconnect', () => {
    expect(connected(start()).effects).toEqual([{ do: 'subscribe', since: null }])
    const { state } = play(connected(start()).state, [snapshot(4), fact(5)])
    expect(connected(disconnected(state)).effects).toEqual([{ do: 'subscribe', since: 5 }])
  })

  it('drops duplicates', () => {
    expect(play(start(0), [fact(1), fact(1), fact(2), fact(1)]).delivered).toEqual([1, 2])
  })

  it('puts reordered facts back in order', () => {
    expect(play(start(0), [fact(3), fact(1), fact(2)]).delivered).toEqual([1, 2, 3])
  })

  it('delivers unsequenced facts as they come', () => {
    expect(play(start(), [fact(0), fact(0)]).delivered).toEqual([0, 0])
  })

  it('has a list fetched again once the watch stands', () => {
    const { state } = connected(start())
    expect(receive(state, { t: 'snapshot', topic: 'inbox', seq: 0, data: null }).effects).toEqual([{ do: 'refetch' }])
  })

  it('holds facts that overtake the snapshot', () => {
    expect(play(start(), [fact(6), fact(5), snapshot(4)]).delivered).toEqual([5, 6])
    expect(play(start(), [fact(4), fact(6), snapshot(5)]).delivered).toEqual([6])
  })

  it('asks once when a hole stays open, then goes on', () => {
    const gap = play(start(1), [fact(3)])
    expect(gap.delivered).toEqual([])
    const asked = impatient(gap.state)
    expect(asked.effects).toEqual([{ do: 'subscribe', since: 1 }])
    expect(impatient(asked.state).effects).toEqual([])
    expect(play(asked.state, [fact(2), fact(3), fact(4)]).delivered).toEqual([2, 3, 4])
  })

  it('subscribes again when the server says so', () => {
    expect(receive(start(7), { t: 'resync', topic: 'x' }).effects).toEqual([{ do: 'subscribe', since: 7 }])
    expect(receive(start(0), { t: 'resync', topic: 'inbox' }).effects).toEqual([{ do: 'refetch' }])
  })

  it('is not wound back by an old snapshot', () => {
    expect(play(start(9), [snapshot(5)]).state.seq).toBe(9)
  })

  it('delivers every fact once and in order, whatever the line does', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed)
      const truth = Array.from({ length: 30 }, (_, i) => i + 1)
      const line = truth
        .flatMap((seq) => (random() < 0.3 ? [seq, seq] : random() < 0.15 ? [] : [seq]))
        .map((seq) => ({ seq, at: seq + random() * 6 }))
        .sort((a, b) => a.at - b.at)
      const first = play(start(0), line.map(({ seq }) => fact(seq)))
      // Whatever was lost comes with the replay after `seq`.
      const replay = truth.filter((seq) => seq > (first.state.seq ?? 0)).map(fact)
      const second = play(connected(disconnected(first.state)).state, replay)
      expect([...first.delivered, ...second.delivered], `seed ${seed}`).toEqual(truth)
    }
  })
})
