import type { FactFrame, ServerFrame } from './frames'

/**
 * One topic's reading position, as a pure reducer: frames go in, effects come out.
 *
 * Invariant: a sequenced fact is delivered once, and only after every fact before it.
 * Duplicates are dropped, facts that came too early wait in `early`, and a hole that
 * stays open makes the client ask again for everything after `seq`.
 */
export interface TopicState {
  /** The last sequence delivered, or null before the first snapshot. */
  readonly seq: number | null
  /** Facts that came before their predecessors, by sequence. */
  readonly early: ReadonlyMap<number, FactFrame>
  /** A subscription was sent and its answer has not come. */
  readonly asking: boolean
}

export type Effect =
  | { do: 'subscribe'; since: number | null }
  | { do: 'snapshot'; data: unknown; seq: number }
  | { do: 'deliver'; fact: FactFrame }
  | { do: 'refetch' }

export interface Step {
  state: TopicState
  effects: Effect[]
}

/** Beyond this many waiting facts a fresh replay is cheaper than patience. */
const MOST_EARLY = 256

export function start(since: number | null = null): TopicState {
  return { seq: since, early: new Map(), asking: false }
}

/** A connection opened (or reopened): ask for what follows the last delivered fact. */
export function connected(state: TopicState): Step {
  return { state: { ...state, early: new Map(), asking: true }, effects: [{ do: 'subscribe', since: state.seq }] }
}

/** A connection was lost: whatever was asked will not be answered. */
export function disconnected(state: TopicState): TopicState {
  return { ...state, asking: false }
}

/** A hole stayed open for too long: ask again, unless a question is already under way. */
export function impatient(state: TopicState): Step {
  if (state.early.size === 0 || state.asking) return { state, effects: [] }
  return { state: { ...state, asking: true }, effects: [{ do: 'subscribe', since: state.seq }] }
}

/** Takes one frame of this topic. */
export function receive(state: TopicState, frame: ServerFrame): Step {
  switch (frame.t) {
    case 'snapshot':
      // A list has no state to tell, only that the watch stands: what was fetched before may lack what
      // happened in between.
      if (frame.seq === 0 && frame.data === null) return { state: { ...state, asking: false }, effects: [{ do: 'refetch' }] }
      return takeSnapshot(state, frame.seq, frame.data)
    case 'fact':
      return takeFact(state, frame)
    case 'resync':
      // A list topic has no numbers to ask after: only fetching it again tells what was missed.
      if (!state.seq) return { state, effects: [{ do: 'refetch' }] }
      return { state: { ...state, early: new Map(), asking: true }, effects: [{ do: 'subscribe', since: state.seq }] }
    default:
      return { state, effects: [] }
  }
}

function takeSnapshot(state: TopicState, seq: number, data: unknown): Step {
  // A late answer to an older question must not wind the reader back.
  if (state.seq !== null && seq < state.seq) return { state: { ...state, asking: false }, effects: [] }
  const flushed = flush(seq, state.early)
  return {
    state: { seq: flushed.seq, early: flushed.early, asking: false },
    effects: [{ do: 'snapshot', data, seq }, ...flushed.effects],
  }
}

function takeFact(state: TopicState, fact: FactFrame): Step {
  if (fact.seq === 0) return { state, effects: [{ do: 'deliver', fact }] }
  if (state.seq !== null && fact.seq <= state.seq) return { state, effects: [] }
  const early = new Map(state.early).set(fact.seq, fact)
  if (state.seq === null) return { state: { ...state, early }, effects: [] }
  const flushed = flush(state.seq, early)
  const next: TopicState = {
    seq: flushed.seq,
    early: flushed.early,
    asking: flushed.effects.length > 0 ? false : state.asking,
  }
  if (next.early.size <= MOST_EARLY) return { state: next, effects: flushed.effects }
  return {
    state: { ...next, early: new Map(), asking: true },
    effects: [...flushed.effects, { do: 'subscribe', since: next.seq }],
  }
}

/** Delivers the unbroken run that follows `seq`, keeps what is still too early, forgets what is past. */
function flush(seq: number, waiting: ReadonlyMap<number, FactFrame>) {
  const effects: Effect[] = []
  const early = new Map(waiting)
  let at = seq
  for (let fact = early.get(at + 1); fact; fact = early.get(at + 1)) {
    effects.push({ do: 'deliver', fact })
    at += 1
  }
  for (const key of early.keys()) if (key <= at) early.delete(key)
  return { seq: at, early, effects }
}
