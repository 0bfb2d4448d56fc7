import { api, type Conversation, type Page } from '@zhike/api'
import { onScopeDispose, shallowRef, triggerRef } from 'vue'
import { realtime } from '@/app/realtime'
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

/** The most rows one state may bring at the start; facts bring the rest. */
const MOST = 500
const PAGE = 200

async function load(): Promise<void> {
  loading.value = true
  error.value = undefined
  try {
    const fresh = await Promise.all([fetchAll('active'), fetchAll('queued'), fetchAll('closed', 50)])
    // Rows that left while the line was down must leave the list too.
    rows.value = new Map(fresh.flat().map((row) => [row.id, newer(row)]))
  } catch (cause) {
    error.value = cause
  } finally {
    loading.value = false
  }
}

function newer(row: Conversation): Conversation {
  const known = rows.value.get(row.id)
  return known && known.version > row.version ? known : row
}

async function fetchAll(state: Conversation['state'], most = MOST): Promise<Conversation[]> {
  const found: Conversation[] = []
  let cursor: string | null = null
  do {
    const page: Page<Conversation> = await api.get<Page<Conversation>>('/conversations', { query: { state, limit: Math.min(PAGE, most), cursor } })
    found.push(...page.items)
    cursor = page.next_cursor
  } while (cursor && found.length < most)
  return found
}

/** Takes one row, from a fact or from the answer to a verb. */
export function takeRow(row: Conversation): void {
  if (take(rows.value, row)) triggerRef(rows)
}

/** A row went out of reach: it was given to somebody whose conversations one may not see. */
function dropRow(row: Conversation): void {
  const known = rows.value.get(row.id)
  // The same change may also say that it came into reach by another way; then it stays.
  if (known && known.version < row.version && rows.value.delete(row.id)) triggerRef(rows)
}

/** The live list for as long as the component lives. */
export function useInbox() {
  users += 1
  if (users === 1) {
    void load()
    stop = realtime.subscribe('inbox', {
      fact: (fact) => {
        if (fact.kind === 'conversation.changed') takeRow(fact.data as Conversation)
        else if (fact.kind === 'conversation.left') dropRow(fact.data as Conversation)
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
