import type { Message } from '@zhike/api'

/** What one writes: to the customer, or to colleagues alone. */
export type Kind = 'text' | 'note' | 'card'

/** A message on its way: written here, not yet acknowledged by the server. */
export interface Pending {
  client_id: string
  conversation_id: string
  text: string
  kind?: Kind
  file_id?: string
  quote_seq?: number
  data?: Record<string, unknown>
  /** Colleagues whom a note names. */
  mentions?: string[]
  written_at: number
  /** `waiting`: will be sent again by itself. `failed`: the server refused it; the writer decides. */
  state: 'sending' | 'waiting' | 'failed'
  error?: unknown
}

/**
 * What is known of one conversation's messages: a run without omissions, ascending by seq.
 * The numbers themselves have gaps, for other facts of the conversation take theirs from the same row.
 */
export interface Transcript {
  readonly messages: readonly Message[]
  /** Older messages exist before the first. */
  readonly hasEarlier: boolean
  /** Newer messages exist after the last: one reads at an older place and news does not join on. */
  readonly hasLater: boolean
  readonly customerRead: number
}

export const EMPTY_TRANSCRIPT: Transcript = { messages: [], hasEarlier: false, hasLater: false, customerRead: 0 }

/** The last sequence of the run, 0 when empty. */
export function lastSeq(transcript: Transcript): number {
  return transcript.messages.at(-1)?.seq ?? 0
}

/** How late a message's words are: an edit or a recall replaces what came before it, in whatever order they arrive. */
const stamp = (message: Message) => Math.max(message.edited_at ?? 0, message.recalled_at ?? 0)

/** Adds messages, from wherever they came, once each and in order; a later wording replaces an earlier. */
export function merge(transcript: Transcript, incoming: readonly Message[]): Transcript {
  const bySeq = new Map(transcript.messages.map((message) => [message.seq, message]))
  let fresh = false
  for (const message of incoming) {
    const known = bySeq.get(message.seq)
    if (known && stamp(known) >= stamp(message)) continue
    bySeq.set(message.seq, message)
    fresh = true
  }
  if (!fresh) return transcript
  return { ...transcript, messages: [...bySeq.values()].sort((a, b) => a.seq - b.seq) }
}

/** News of one message: at an older place only what is already there changes. */
export function hear(transcript: Transcript, message: Message): Transcript {
  if (transcript.hasLater && message.seq > lastSeq(transcript)) return transcript
  return merge(transcript, [message])
}

/** Takes the latest messages as the server gives them; what does not join on to them is let go, to be fetched again. */
export function refresh(transcript: Transcript, latest: readonly Message[], hasEarlier: boolean): Transcript {
  const joins = transcript.messages.length === 0 || latest.length === 0 || (latest[0]?.seq ?? 0) <= lastSeq(transcript)
  // Who reads at an older place stays there.
  if (transcript.hasLater && !joins) return transcript
  const kept = joins ? transcript : { ...transcript, messages: [] }
  const earlier = kept.messages.length > 0 && kept.messages[0]!.seq < (latest[0]?.seq ?? Number.MAX_SAFE_INTEGER) ? transcript.hasEarlier : hasEarlier
  return { ...merge(kept, latest), hasEarlier: earlier, hasLater: false }
}

/** Goes to another place: the run around it, and nothing else. */
export function jump(transcript: Transcript, around: readonly Message[], hasEarlier: boolean, hasLater: boolean): Transcript {
  return { ...merge({ ...transcript, messages: [] }, around), hasEarlier, hasLater }
}

/** Reading only moves forward. */
export function markRead(transcript: Transcript, seq: number): Transcript {
  return seq > transcript.customerRead ? { ...transcript, customerRead: seq } : transcript
}

/** What the server has acknowledged is no longer on its way. */
export function settle(pending: readonly Pending[], messages: readonly Message[]): readonly Pending[] {
  const arrived = new Set(messages.map((message) => message.client_id))
  const left = pending.filter((one) => !arrived.has(one.client_id))
  return left.length === pending.length ? pending : left
}

/** A line of the logbook. */
export type Entry =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'message'; key: string; message: Message; showTime: boolean; quoted: Message | undefined }
  | { kind: 'pending'; key: string; pending: Pending }

/** The logbook: days as headings, the time only where it changes, what is on its way last. */
export function logbook(messages: readonly Message[], pending: readonly Pending[], dayOf: (at: number) => string): Entry[] {
  const entries: Entry[] = []
  const bySeq = new Map(messages.map((message) => [message.seq, message]))
  let day = ''
  let minute = -1
  for (const message of messages) {
    const its = dayOf(message.at)
    if (its !== day) entries.push({ kind: 'day', key: `day-${its}`, at: message.at })
    const now = Math.floor(message.at / 60_000)
    entries.push({ kind: 'message', key: message.id, message, showTime: its !== day || now !== minute, quoted: message.quote_seq ? bySeq.get(message.quote_seq) : undefined })
    day = its
    minute = now
  }
  for (const one of pending) entries.push({ kind: 'pending', key: one.client_id, pending: one })
  return entries
}

/** The writer's own last message that may still be changed. */
export function lastOwn(messages: readonly Message[], userId: string): Message | undefined {
  return messages.findLast((message) => message.author === 'agent' && message.author_id === userId && !message.recalled_at && (message.kind === 'text' || message.kind === 'note'))
}
