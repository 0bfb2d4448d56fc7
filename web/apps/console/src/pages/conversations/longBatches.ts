import { api, ApiError, type ConversationBatch, type Page, type BatchRow } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import { errorText, forgetJob, toast, trackJob } from '@zhike/ui'
import { customerName } from '@/lib/customers'
import { type Deed, refusals } from './refusals'
import { rowOf } from './useInbox'

/** How often the server is asked how far it has come, in milliseconds. */
const LOOK = 1_000

/** The batches that go on at the server and whose end this page waits for. */
const followed = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

const titleOf = ({ name, actions, undoes }: ConversationBatch) => (undoes ? t('common.undo') : name || t(`automation.does.${actions[0]?.do ?? 'close'}`))

/** Does the same to many conversations at the server: it goes on whoever looks, and after a restart. */
export async function beginBatch(ids: readonly string[], deed: Deed): Promise<void> {
  try {
    const batch = await api.post<ConversationBatch>('/batches', { body: { ids, ...deed } })
    toast(t('conversations.batch.behind', { n: formatNumber(batch.total) }, batch.total))
    follow(batch)
  } catch (error) {
    toast(errorText(error), 'bad')
  }
}

/** Takes up those that go on already: begun before this page was loaded, or in another window. */
export async function resumeBatches(): Promise<void> {
  const all = await api.get<ConversationBatch[]>('/batches').catch(() => [])
  for (const batch of all) if (batch.state === 'running') follow(batch)
}

function follow(batch: ConversationBatch): void {
  followed.add(batch.id)
  show(batch)
  timer ??= setTimeout(() => void look(), LOOK)
}

function show(batch: ConversationBatch): void {
  const cancel = () => void api.post('/batches/{id}/cancellation', { path: { id: batch.id } }).catch((error: unknown) => toast(errorText(error), 'bad'))
  trackJob({ id: batch.id, title: titleOf(batch), progress: (batch.done + batch.refused) / Math.max(1, batch.total), state: 'running', cancel })
}

async function look(): Promise<void> {
  timer = undefined
  // What is not answered is asked again: the batch goes on all the same.
  const all = await api.get<ConversationBatch[]>('/batches').catch(() => [])
  for (const batch of all) {
    if (!followed.has(batch.id)) continue
    if (batch.state === 'running') show(batch)
    else await ended(batch)
  }
  if (followed.size > 0) timer ??= setTimeout(() => void look(), LOOK)
}

async function ended(batch: ConversationBatch): Promise<void> {
  followed.delete(batch.id)
  forgetJob(batch.id)
  const title = titleOf(batch)
  const said = { done: 'conversations.batch.done', cancelled: 'conversations.batch.stopped', failed: 'conversations.batch.failed', running: '' }[batch.state]
  const undo = async () => {
    try {
      follow(await api.post<ConversationBatch>('/batches/{id}/undo', { path: { id: batch.id } }))
    } catch (error) {
      toast(errorText(error), 'bad')
    }
  }
  toast(t(said, { what: title, n: formatNumber(batch.done) }, batch.done), batch.state === 'failed' ? 'bad' : 'good', batch.undoable > 0 ? { label: t('common.undo'), run: () => void undo() } : undefined)
  if (batch.refused === 0) return
  const page = await api.get<Page<BatchRow>>('/batches/{id}/rows', { path: { id: batch.id }, query: { outcome: 'refused' } }).catch(() => undefined)
  const refused = (page?.items ?? []).map(({ conversation_id: id, refused: why }) => ({ id, name: customerName(id, rowOf(id)?.customer_name), why: errorText(new ApiError({ status: 409, code: 'not_found', ...why })) }))
  refusals.value = { title, done: batch.done, refused, ...(batch.refused > refused.length ? { more: batch.refused - refused.length } : {}) }
}
