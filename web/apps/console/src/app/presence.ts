import { api, type Presence, type PresenceReason, type PresenceState } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { MenuEntry } from '@zhike/ui'
import { shallowRef } from 'vue'
import { can } from './session'

/** My own presence; undefined while unknown or for people who take no conversations. */
export const presence = shallowRef<Presence | undefined>(undefined)

export const presenceColour: Record<PresenceState, string> = { ready: 'bg-ok', finishing: 'bg-warn', not_ready: 'bg-warn', offline: 'bg-control' }

/** The permission to take work: without it there is no presence to show. */
export const TAKES_WORK = 'routing.work'

export async function loadPresence(): Promise<void> {
  if (can(TAKES_WORK)) presence.value = await api.get<Presence>('/presence').catch(() => undefined)
}

/** Declares readiness. The server answers with what holds, which may be less (no permit, full). */
export async function declare(change: { state: PresenceState; reason_id?: string }): Promise<void> {
  presence.value = await api.put<Presence>('/presence', { body: { capacity: presence.value?.capacity, ...change } })
}

/** Why somebody is not ready, in words: theirs, or what the desk said of them. */
export function reasonWord(one: Pick<Presence, 'state' | 'reason'>): string | undefined {
  if (!one.reason || one.state === 'ready') return undefined
  return ['missed_offer', 'absent', 'recovery'].includes(one.reason) ? t(`routing.presence.${one.reason}`) : one.state !== 'offline' ? one.reason : undefined
}

/** The states there are to choose from; the reasons to be away follow the state they belong to. */
export function states(reasons: readonly PresenceReason[], now: Presence | undefined): MenuEntry[] {
  return [
    { id: 'ready', label: t('routing.presence.ready'), checked: now?.state === 'ready' },
    { id: 'finishing', label: t('routing.presence.finishing'), hint: t('routing.presence.finishing_hint'), checked: now?.state === 'finishing' },
    { id: 'not_ready', label: t('routing.presence.not_ready'), checked: now?.state === 'not_ready' && !now.reason_id, group: reasons.length > 0 ? t('routing.presence.not_ready') : '' },
    ...reasons.map(({ id, label, minutes }) => ({
      id: `not_ready:${id}`,
      label,
      ...(minutes ? { hint: t('common.span.minutes', { n: minutes }, minutes) } : {}),
      checked: now?.reason_id === id,
    })),
    { id: 'offline', label: t('routing.presence.offline'), checked: now?.state === 'offline', group: '' },
  ]
}

/** What a choice of `states` asks for. */
export function stateOf(id: string): { state: PresenceState; reason_id?: string } {
  const [state, reason] = id.split(':')
  return { state: state as PresenceState, ...(reason ? { reason_id: reason } : {}) }
}
