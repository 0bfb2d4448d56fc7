import { api, type CustomerExport, type Page } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import { errorText, forgetJob, toast, trackJob } from '@zhike/ui'
import { me } from '@/app/session'

/** How often the server is asked how far it has come, in milliseconds. */
const LOOK = 1_000
/** The exports whose end this page waits for. */
const followed = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

/** Begins one: it goes on whoever looks. */
export function follow(one: CustomerExport): void {
  followed.add(one.id)
  show(one)
  timer ??= setTimeout(() => void look(), LOOK)
}

/** Takes up one's own that go on already, and those whose file waits to be taken. */
export async function resumeExports(): Promise<void> {
  const page = await api.get<Page<CustomerExport>>('/customer-exports', { query: { limit: 20 } }).catch(() => undefined)
  for (const one of page?.items ?? []) {
    if (one.owner_id !== me.value?.id) continue
    if (one.state === 'waiting' || one.state === 'running') follow(one)
    else if (one.state === 'done' && (one.ended_at ?? 0) > Date.now() - 3_600_000) show(one)
  }
}

/** Takes the file. The browser asks for it itself, so that it is never whole in the page. */
export function take(one: CustomerExport): void {
  const link = document.createElement('a')
  link.href = `/api/v1/customer-exports/${one.id}/file`
  link.download = ''
  link.click()
}

function show(one: CustomerExport): void {
  const busy = one.state === 'waiting' || one.state === 'running'
  const cancel = () => void api.post('/customer-exports/{id}/stop', { path: { id: one.id } }).catch((error: unknown) => toast(errorText(error), 'bad'))
  trackJob({
    id: one.id,
    title: t('segments.export.of', { name: one.name }),
    progress: one.total ? one.written / one.total : null,
    state: busy ? 'running' : one.state === 'done' ? 'done' : 'failed',
    detail: t('segments.export.written', { n: formatNumber(one.written) }, one.written),
    ...(busy ? { cancel } : {}),
    ...(one.state === 'done' ? { open: () => take(one) } : {}),
  })
}

async function look(): Promise<void> {
  timer = undefined
  for (const id of followed) {
    // What is not answered is asked again: the export goes on all the same.
    const one = await api.get<CustomerExport>('/customer-exports/{id}', { path: { id } }).catch(() => undefined)
    if (!one) continue
    if (one.state === 'waiting' || one.state === 'running') show(one)
    else ended(one)
  }
  if (followed.size > 0) timer ??= setTimeout(() => void look(), LOOK)
}

function ended(one: CustomerExport): void {
  followed.delete(one.id)
  const name = one.name
  if (one.state === 'done') {
    show(one)
    toast(t('segments.export.ready', { name, n: formatNumber(one.written) }, one.written), 'good', { label: t('segments.export.take'), run: () => take(one) })
  } else if (one.state === 'stopped') {
    forgetJob(one.id)
    toast(t('segments.export.stopped', { name }))
  } else {
    show(one)
    toast(t('segments.export.failed', { name, why: one.error ?? '' }), 'bad')
  }
}
