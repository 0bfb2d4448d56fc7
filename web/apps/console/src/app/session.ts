import { api, ApiError, onUnauthenticated, type Session, type SignInChallenge } from '@zhike/api'
import { asLocale, setLocale, setTimeZone } from '@zhike/i18n'
import { setViewOwner } from '@zhike/ui'
import { computed, shallowRef } from 'vue'
import { organisationName } from './organisation'

/** Who is signed in, for the whole page. `undefined` until asked, `null` when nobody is. */
const session = shallowRef<Session | null | undefined>(undefined)

/** The session ended while the page was in use: the frame shows the sign-in over it. */
export const expired = shallowRef(false)

let adoptedAt = 0

// An answer to what was asked before signing in again says nothing of the session there is now.
onUnauthenticated((sentAt) => {
  if (session.value && sentAt > adoptedAt) expired.value = true
})

export const me = computed(() => session.value?.user)
export const role = computed(() => session.value?.role)
export const signedIn = computed(() => Boolean(session.value))

/** Whether the signed-in person holds a permission, with any reach. */
export function can(permission: string | undefined): boolean {
  return permission === undefined || session.value?.grants[permission] !== undefined
}

/** Asks the server who we are, once; answers from memory afterwards. */
export async function loadSession(): Promise<Session | null> {
  if (session.value !== undefined) return session.value
  try {
    await adopt(await api.get<Session>('/session'))
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
    session.value = null
  }
  return session.value ?? null
}

/** Signs in by password; answers what is still to be shown where that is not enough. */
export async function signIn(login: string, password: string): Promise<SignInChallenge | undefined> {
  const answer = await api.post<Session | SignInChallenge>('/session', { body: { login, password } })
  if ('challenge' in answer) return answer
  await adopt(answer)
  return undefined
}

/** Asks the server again who we are: something about the account changed. */
export async function loadSessionAnew(): Promise<void> {
  session.value = await api.get<Session>('/session')
}

/** Takes a session the server just gave: by sign-in, by first set-up. */
export async function adopt(next: Session): Promise<void> {
  session.value = next
  adoptedAt = performance.now()
  expired.value = false
  setViewOwner(next.user.id)
  const locale = asLocale(next.user.locale)
  if (locale) await setLocale(locale)
  void loadOrganisation()
}

/** Ends the session here and at the server. A whole reload drops every cached record of the person. */
export async function signOut(): Promise<void> {
  await api.delete('/session').catch(() => {})
  location.assign('/sign-in')
}

// Without the right to read it, times show in the browser's own zone.
async function loadOrganisation(): Promise<void> {
  const organisation = await api.get<{ name: string; time_zone: string }>('/settings/organisation').catch(() => undefined)
  organisationName.value = organisation?.name
  setTimeZone(organisation?.time_zone)
}
