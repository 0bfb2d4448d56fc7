import { api, type Conversation, type Page } from '@zhike/api'
import { onScopeDispose, shallowRef, triggerRef } from 'vue'
import { realtime } from '@/app/realtime'
import { can, me } from '@/app/session'
import { take } from './inbox'

/**
 * The conversations of the list, live: a keyed map that pages and facts write into.
 * One store for the console; it fills when the first screen needs it.
 */
const rows = shallowRef(new Map<string, Conversation>())
const loading = shallowRef(false)
const error = shallowRef<unknown>(undefined)
let users = 0
let stop: (() => void) | undefined

/** One of them, where it is held. */
export const rowOf = (id: string) => rows.value.get(id)

/** The most rows one state may bring; facts bring the rest. */
const MOST = 10_000
const PAGE = 200

/** Changes within a frame are drawn once. */
let due = false
function changed(): void {
  if (due) return
  due = true
  // A hidden page has no frames, and its title still counts.
  const draw = () => {
    due = false
    triggerRef(rows)
  }
  if (document.visibilityState === 'visible') requestAnimationFrame(draw)
  else queueMicrotask(draw)
}

let reading = 0

/** Reads everything anew. What there is to do first, the rest while one already works with it. */
async function load(): Promise<void> {
  reading += 1
  const mine = reading
  const fresh = new Map<string, Conversation>()
  loading.value = true
  error.value = undefined
  const show = (page: readonly Conversation[]) => {
    for (const row of page) {
      fresh.set(row.id, row)
      take(rows.value, row)
    }
    changed()
  }
  const current = () => mine === reading
  try {
    const own = can('conversations.reply') ? fetchAll({ state: 'active', assignee: me.value?.id }, MOST, show, current) : undefined
    await Promise.all([own, fetchAll({ state: 'queued' }, MOST, show, current), fetchAll({ state: 'message' }, MOST, show, current), fetchAll({ state: 'closed' }, 50, show, current)])
    await fetchAll({ state: 'active' }, MOST, show, current)
    if (!current()) return
    // Rows that left while the line was down must leave the list too; those that facts brought meanwhile stay.
    const next = new Map<string, Conversation>()
    for (const row of fresh.values()) next.set(row.id, newer(row))
    for (const [id, row] of rows.value) if (heard.has(id)) next.set(id, row)
    rows.value = next
  } catch (cause) {
    if (current()) error.value = cause
  } finally {
    if (current()) {
      loading.value = false
      heard.clear()
    }
  }
}

/** What facts brought while the list was being read. */
const heard = new Set<string>()

function newer(row: Conversation): Conversation {
  const known = rows.value.get(row.id)
  return known && known.version > row.version ? known : row
}

async function fetchAll(filter: { state: Conversation['state']; assignee?: string | undefined }, most: number, show: (page: readonly Conversation[]) => void, wanted: () => boolean): Promise<void> {
  let cursor: string | null = null
  let found = 0
  do {
    const page: Page<Conversation> = await api.get<Page<Conversation>>('/conversations', { query: { ...filter, limit: Math.min(PAGE, most), cursor } })
    if (!wanted()) return
    show(page.items)
    found += page.items.length
    cursor = page.next_cursor
  } while (cursor && found < most)
}

/** Takes one row, from a fact or from the answer to a verb. */
export function takeRow(row: Conversation): void {
  if (loading.value) heard.add(row.id)
  if (take(rows.value, row)) changed()
}

/** A row went out of reach: it was given to somebody whose conversations one may not see. */
function dropRow(row: Conversation): void {
  const known = rows.value.get(row.id)
  // The same change may also say that it came into reach by another way; then it stays.
  if (known && known.version < row.version && rows.value.delete(row.id)) changed()
}

/** Who wants to know of every change of a row. */
const listeners = new Set<(row: Conversation, before: Conversation | undefined) => void>()

/** Calls with each row a fact brought, and what was known of it. */
export function onRow(listener: (row: Conversation, before: Conversation | undefined) => void): void {
  listeners.add(listener)
  onScopeDispose(() => listeners.delete(listener))
}

/** The live list for as long as the component lives. */
export function useInbox() {
  users += 1
  if (users === 1) {
    void load()
    stop = realtime.subscribe('inbox', {
      fact: (fact) => {
        if (fact.kind === 'conversation.changed') {
          const row = fact.data as Conversation
          const before = rows.value.get(row.id)
          takeRow(row)
          for (const listener of listeners) listener(row, before)
        } else if (fact.kind === 'conversation.left') dropRow(fact.data as Conversation)
      },
      refetch: () => void load(),
    })
  }
  onScopeDispose(() => {
    users -= 1
    if (users === 0) stop?.()
  })
  return { rows, loading, error, load }
}
