import { api, ApiError, type AutomationAction, type BatchResult, type Conversation } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import { errorText, toast } from '@zhike/ui'
import { customerName } from '@/lib/customers'
import { type Deed, type Refused, refusals } from './refusals'
import { takeRow } from './useInbox'

/** Conversations of one request; more go on at the server, behind the page. */
const AT_ONCE = 50

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
async function each(rows: readonly Conversation[], deed: Deed, refused: Refused[]): Promise<Conversation[]> {
  let results: BatchResult[]
  try {
    results = await api.post<BatchResult[]>('/conversation-batches', { body: { ids: rows.map(({ id }) => id), ...deed } })
  } catch (error) {
    // None of these is in reach any more, or the line is gone: each is told so.
    refused.push(...rows.map((row) => ({ id: row.id, name: nameOf(row), why: errorText(error) })))
    return []
  }
  return rows.filter((row, at) => {
    const result = results[at]
    if (result?.conversation) takeRow(result.conversation)
    else refused.push({ id: row.id, name: nameOf(row), why: errorText(new ApiError({ status: 409, code: 'not_found', ...result?.refused })) })
    return Boolean(result?.conversation)
  })
}

/** Does the same to many conversations, tells what came of each, and offers to take back what can be. */
export async function runBatch(title: string, rows: readonly Conversation[], deed: Deed, undo = true): Promise<void> {
  if (rows.length > AT_ONCE) return (await import('./longBatches')).beginBatch(rows.map(({ id }) => id), deed)
  const refused: Refused[] = []
  const done = await each(rows, deed, refused)
  const groups = undo && 'actions' in deed ? undoGroups(deed.actions, done) : []
  const takeBack = () => groups.forEach((group) => void runBatch(t('common.undo'), group.rows, { actions: group.actions }, false))
  const said = t('conversations.batch.done', { what: title, n: formatNumber(done.length) }, done.length)
  if (done.length > 0) toast(said, 'good', groups.length > 0 ? { label: t('common.undo'), run: takeBack } : undefined)
  if (refused.length > 0) refusals.value = { title, done: done.length, refused }
}
