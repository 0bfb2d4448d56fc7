import { api, ApiError, type AutomationAction, type BatchResult, type Conversation } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import { errorText, forgetJob, toast, trackJob } from '@zhike/ui'
import { shallowRef } from 'vue'
import { customerName } from '@/lib/customers'
import { takeRow } from './useInbox'

/** Conversations of one request; more go on behind the page. */
const AT_ONCE = 50

/** What is done: these actions, or a macro. */
export type Deed = { actions: AutomationAction[] } | { macro_id: string }

/** A conversation in which nothing was done, and why. */
export interface Refused {
  id: string
  name: string
  why: string
}

/** What was refused of the last batch, to be read. */
export const refusals = shallowRef<{ title: string; done: number; refused: readonly Refused[] }>()

const nameOf = (row: Conversation) => customerName(row.customer_id, row.customer_name)

/** What takes back what these actions did to a conversation that was so before; none where nothing does. */
export function undoing(actions: readonly AutomationAction[], before: Conversation): AutomationAction[] {
  return actions.flatMap((action): AutomationAction[] => {
    if (action.do === 'add_tag') return before.tags.includes(action.tag) ? [] : [{ do: 'remove_tag', tag: action.tag }]
    if (action.do === 'remove_tag') return before.tags.includes(action.tag) ? [{ do: 'add_tag', tag: action.tag }] : []
    if (action.do === 'snooze') return before.snoozed_until === null ? [{ do: 'wake' }] : [{ do: 'snooze', until: before.snoozed_until, ...(before.snooze_reason ? { reason: before.snooze_reason } : {}) }]
    return []
  })
}

/** The conversations by what takes back what was done to them: one request each. */
export function undoGroups(actions: readonly AutomationAction[], rows: readonly Conversation[]): { actions: AutomationAction[]; rows: Conversation[] }[] {
  const groups = new Map<string, { actions: AutomationAction[]; rows: Conversation[] }>()
  for (const row of rows) {
    const back = undoing(actions, row)
    if (back.length === 0) continue
    const key = JSON.stringify(back)
    const group = groups.get(key) ?? { actions: back, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Does the same to all of them; answers those it was done to, as they were before. */
async function each(rows: readonly Conversation[], deed: Deed, refused: Refused[], progress: (share: number) => boolean): Promise<Conversation[]> {
  const done: Conversation[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    if (!progress(from / rows.length)) break
    const some = rows.slice(from, from + AT_ONCE)
    let results: BatchResult[]
    try {
      results = await api.post<BatchResult[]>('/conversation-batches', { body: { ids: some.map(({ id }) => id), ...deed } })
    } catch (error) {
      // None of these is in reach any more, or the line is gone: each is told so, and the rest goes on.
      refused.push(...some.map((row) => ({ id: row.id, name: nameOf(row), why: errorText(error) })))
      continue
    }
    for (const [at, result] of results.entries()) {
      const row = some[at]
      if (!row) continue
      if (result.conversation) {
        takeRow(result.conversation)
        done.push(row)
      } else refused.push({ id: row.id, name: nameOf(row), why: errorText(new ApiError({ status: 409, code: 'not_found', ...result.refused })) })
    }
  }
  return done
}

let batches = 0

/** Does the same to many conversations, tells what came of each, and offers to take back what can be. */
export async function runBatch(title: string, rows: readonly Conversation[], deed: Deed, undo = true): Promise<void> {
  const refused: Refused[] = []
  const id = `batch ${(batches += 1)}`
  const behind = rows.length > AT_ONCE
  let cancelled = false
  const done = await each(rows, deed, refused, (progress) => {
    if (behind && !cancelled) trackJob({ id, title, progress, state: 'running', cancel: () => (cancelled = true) })
    return !cancelled
  })
  if (behind) forgetJob(id)
  const groups = undo && 'actions' in deed ? undoGroups(deed.actions, done) : []
  const takeBack = () => groups.forEach((group) => void runBatch(t('common.undo'), group.rows, { actions: group.actions }, false))
  const said = t('conversations.batch.done', { what: title, n: formatNumber(done.length) }, done.length)
  if (done.length > 0) toast(said, 'good', groups.length > 0 ? { label: t('common.undo'), run: takeBack } : undefined)
  if (refused.length > 0) refusals.value = { title, done: done.length, refused }
}
