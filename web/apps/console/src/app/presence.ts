import { api, type Presence, type PresenceState } from '@zhike/api'
import { shallowRef } from 'vue'
import { can } from './session'

/** My own presence; undefined while unknown or for people who take no conversations. */
export const presence = shallowRef<Presence | undefined>(undefined)

export const presenceColour: Record<PresenceState, string> = { ready: 'bg-ok', not_ready: 'bg-warn', offline: 'bg-control' }

/** The permission to take work: without it there is no presence to show. */
export const TAKES_WORK = 'routing.work'

export async function loadPresence(): Promise<void> {
  if (can(TAKES_WORK)) presence.value = await api.get<Presence>('/presence').catch(() => undefined)
}

/** Declares readiness. The server answers with what holds, which may be less (no permit, full). */
export async function declare(change: { state: PresenceState; reason_id?: string }): Promise<void> {
  presence.value = await api.put<Presence>('/presence', { body: { capacity: presence.value?.capacity, ...change } })
}
