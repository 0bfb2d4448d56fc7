import { api } from '@zhike/api'
import { onScopeDispose, ref } from 'vue'
import { me } from '@/app/session'

/** It is said again so often while the page shows, in milliseconds. */
const EVERY = 20_000
/** Who said it last longer ago than this is taken to be gone. */
const HOLDS = 45_000

/** Somebody who looks at a conversation. */
export interface Viewer {
  user_id: string
  name: string
}

/**
 * Which colleagues look at a conversation, and tells them that one does. `tell` wants calling with each snapshot:
 * those who are here answer at once, and whoever does not listen yet would miss it.
 */
export function useViewers(id: string) {
  const viewers = ref<Viewer[]>([])
  const fading = new Map<string, ReturnType<typeof setTimeout>>()

  /** That it was not heard is nobody's concern. */
  const tell = () => {
    if (document.visibilityState === 'visible') void api.post('/conversations/{id}/viewing', { path: { id } }).catch(() => {})
  }
  // Also when the page itself is left.
  const leave = () => void api.delete('/conversations/{id}/viewing', { path: { id }, keepalive: true }).catch(() => {})
  const drop = (user: string) => {
    clearTimeout(fading.get(user))
    fading.delete(user)
    viewers.value = viewers.value.filter((one) => one.user_id !== user)
  }

  function hear({ user_id, name, here }: Viewer & { here: boolean }): void {
    if (user_id === me.value?.id) return
    if (!here) return drop(user_id)
    if (!fading.has(user_id)) {
      viewers.value = [...viewers.value, { user_id, name }]
      // Whoever comes learns at once who is here.
      tell()
    }
    clearTimeout(fading.get(user_id))
    fading.set(user_id, setTimeout(() => drop(user_id), HOLDS))
  }

  const shown = () => (document.visibilityState === 'visible' ? tell() : leave())
  const again = setInterval(tell, EVERY)
  document.addEventListener('visibilitychange', shown)
  onScopeDispose(() => {
    clearInterval(again)
    for (const timer of fading.values()) clearTimeout(timer)
    document.removeEventListener('visibilitychange', shown)
    leave()
  })
  return { viewers, hear, tell }
}
