import { t } from '@zhike/i18n'
import { toast } from '@zhike/ui'
import { onScopeDispose } from 'vue'

/** Who shows the macros of the conversation that is open; nobody where none is. */
let shows: (() => void) | undefined

/** Shows the macros when they are called for from elsewhere, as long as the component lives. */
export function onMacros(show: () => void): void {
  shows = show
  onScopeDispose(() => {
    if (shows === show) shows = undefined
  })
}

export function callMacros(): void {
  if (shows) shows()
  else toast(t('conversations.macros.nothing_open'), 'plain')
}
