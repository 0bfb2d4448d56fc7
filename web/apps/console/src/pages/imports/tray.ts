import { api, type Import, type Page } from '@zhike/api'
import { t } from '@zhike/i18n'
import { errorText, forgetJob, toast, trackJob } from '@zhike/ui'
import { router } from '@/app/router'
import { me } from '@/app/session'
import { tallyOf } from './imports'

/** How often the server is asked how far it has come, in milliseconds. */
const LOOK = 1_000
/** The imports whose end this page waits for. */
const followed = new Set<string>()
let timer: ReturnType<typeof setTimeout> | undefined

const atWork = ({ state }: Import) => state === 'checking' || state === 'running' || state === 'undoing'
const open = (one: Import) => void router.push({ name: 'imports', query: { open: one.id } })

/** Shows in the bar how far a check or an import has come: it goes on whoever looks. */
export function follow(one: Import): void {
  if (!atWork(one)) return
  followed.add(one.id)
  show(one)
  timer ??= setTimeout(() => void look(), LOOK)
}

/** Takes up one's own that go on already: begun before this page was loaded, or in another window. */
export async function resumeImports(): Promise<void> {
  const page = await api.get<Page<Import>>('/imports', { query: { limit: 20 } }).catch(() => undefined)
  for (const one of page?.items ?? []) if (one.owner_id === me.value?.id) follow(one)
}

function show(one: Import): void {
  if (one.state === 'undoing' && one.undo) {
    const { taken_back, put_back, partly, kept, total } = one.undo
    trackJob({ id: one.id, title: t('imports.tray.undoing', { name: one.file_name }), progress: total > 0 ? (taken_back + put_back + partly + kept) / total : null, state: 'running', open: () => open(one) })
    return
  }
  const seen = one.created + one.changed + one.same + one.refused
  const cancel = () => void api.post('/imports/{id}/stop', { path: { id: one.id } }).catch((error: unknown) => toast(errorText(error), 'bad'))
  trackJob({ id: one.id, title: t(`imports.tray.${one.state}`, { name: one.file_name }), progress: one.lines ? seen / one.lines : null, state: 'running', detail: tallyOf(one), cancel, open: () => open(one) })
}

async function look(): Promise<void> {
  timer = undefined
  for (const id of followed) {
    // What is not answered is asked again: the import goes on all the same.
    const one = await api.get<Import>('/imports/{id}', { path: { id } }).catch(() => undefined)
    if (!one) continue
    if (atWork(one)) show(one)
    else ended(one)
  }
  if (followed.size > 0) timer ??= setTimeout(() => void look(), LOOK)
}

/** The bar is for what goes on; what came of it is said once, unless it is looked at already. */
function ended(one: Import): void {
  followed.delete(one.id)
  forgetJob(one.id)
  if (router.currentRoute.value.query.open === one.id) return
  const said = t('imports.tray.ended', { name: one.file_name, state: t(`imports.states.${one.state}`) })
  toast(said, one.state === 'failed' ? 'bad' : 'good', { label: t('common.open'), run: () => open(one) })
}
