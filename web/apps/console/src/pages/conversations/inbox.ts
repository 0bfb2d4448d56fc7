import type { Conversation } from '@zhike/api'

/** Which conversations a reader wants in the list. */
export type Lens = 'mine' | 'unanswered' | 'all'

export const GROUPS = ['active', 'queued', 'message', 'snoozed', 'wrap_up', 'closed'] as const
export type Group = (typeof GROUPS)[number]

/** A line of the list: the head of a group, or a conversation. */
export type Line = { kind: 'head'; key: string; group: Group; count: number } | { kind: 'row'; key: string; row: Conversation }

/** How long a customer may wait before the clock turns red, in milliseconds, where the queue's own promise is not known. */
export const REPLY_TARGET = 60_000

/**
 * Takes a row into the known ones. Facts and pages may arrive in any order: the version
 * decides, never the order of arrival. Returns whether anything changed.
 */
export function take(rows: Map<string, Conversation>, row: Conversation): boolean {
  const known = rows.get(row.id)
  if (known && known.version >= row.version) return false
  rows.set(row.id, row)
  return true
}

/** Somebody else has it, and one takes part while it goes on. */
export function takesPart(row: Conversation, myId: string): boolean {
  return row.state !== 'closed' && row.assignee_id !== myId && row.participants.some(({ user_id }) => user_id === myId)
}

export function seenThrough(row: Conversation, lens: Lens, myId: string): boolean {
  if (lens === 'all') return true
  const mine = row.assignee_id === myId || takesPart(row, myId)
  const anybodys = row.state === 'queued' || row.state === 'message'
  return lens === 'mine' ? mine || anybodys : row.snoozed_until === null && row.state !== 'closed' && row.waiting_since !== null && (mine || anybodys)
}

/** Who waits longest comes first; then who spoke last. What is over goes newest first. */
function before(a: Conversation, b: Conversation): number {
  if (a.state !== 'closed' && (a.waiting_since ?? 0) !== (b.waiting_since ?? 0)) {
    return (a.waiting_since ?? Number.MAX_SAFE_INTEGER) - (b.waiting_since ?? Number.MAX_SAFE_INTEGER)
  }
  return b.last_message_at - a.last_message_at
}

/** Takes a place among those one can have: not while it is put away and nobody waits for an answer. */
export function takesPlace(row: Conversation, myId: string): boolean {
  return row.state === 'active' && row.assignee_id === myId && (row.snoozed_until === null || row.waiting_since !== null)
}

/** Over, but what it was about is not noted yet: its owner owes that. */
export function owesWrapUp(row: Conversation, myId: string): boolean {
  return row.state === 'closed' && row.assignee_id === myId && !row.wrap_up && !row.merged_into
}

/** The list as it is drawn: each group under its head, folded groups as a head alone. Without `wrapsUp` nobody owes a wrap-up. */
export function arrange(rows: Iterable<Conversation>, lens: Lens, myId: string, folded: ReadonlySet<Group>, wrapsUp = false): Line[] {
  const groups: Record<Group, Conversation[]> = { active: [], queued: [], message: [], snoozed: [], wrap_up: [], closed: [] }
  for (const row of rows) if (seenThrough(row, lens, myId)) groups[row.snoozed_until !== null ? 'snoozed' : wrapsUp && owesWrapUp(row, myId) ? 'wrap_up' : row.state].push(row)
  return GROUPS.flatMap((group): Line[] => {
    const members = groups[group]
    if (lens === 'unanswered' && (group === 'closed' || group === 'wrap_up' || group === 'snoozed')) return []
    if ((group === 'wrap_up' || group === 'message' || group === 'snoozed') && members.length === 0) return []
    const head: Line = { kind: 'head', key: group, group, count: members.length }
    if (folded.has(group)) return [head]
    if (group === 'snoozed') members.sort((a, b) => (a.snoozed_until ?? 0) - (b.snoozed_until ?? 0))
    else members.sort(before)
    return [head, ...members.map((row): Line => ({ kind: 'row', key: row.id, row }))]
  })
}

/** The figures on the lenses. */
export function countLenses(rows: Iterable<Conversation>, myId: string): Record<Lens, number> {
  const counts = { mine: 0, unanswered: 0, all: 0 }
  for (const row of rows) {
    if (row.state === 'closed') continue
    counts.all += 1
    if (row.assignee_id === myId && row.snoozed_until === null) counts.mine += 1
    if (seenThrough(row, 'unanswered', myId)) counts.unanswered += 1
  }
  return counts
}

/** Whether a conversation stands beside the one its customer writes in: what is said in it does not reach them. */
export const beside = (row: Conversation) => row.aside && row.channel_kind !== 'email'
