import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type DeskQueue, type Page, type Presence } from '@zhike/api'
import type { FactFrame } from '@zhike/realtime'
import { computed, watch } from 'vue'
import { presence } from './presence'
import { useTopic } from './realtime'
import { can } from './session'

/** A wait turns amber when this part of what was promised is over, and red when all of it is. */
const SOON = 0.8

/** The colour of a wait against what its queue promised, in seconds; without a promise it has none. */
export function waitTone(ms: number | undefined, seconds: number | null | undefined): string {
  const part = seconds == null ? 0 : (ms ?? 0) / (seconds * 1000)
  return part >= 1 ? 'text-bad' : part >= SOON ? 'text-warn' : 'text-ink'
}

/** Whether a service level stays below what was aimed at, in per cent. */
export function isShort(level: { numerator: number; denominator: number } | null | undefined, percent: number | null | undefined): boolean {
  return level != null && percent != null && level.denominator > 0 && level.numerator * 100 < percent * level.denominator
}

/** Today's figures of the queues, and who is there: read anew when the server says that they changed. */
export function useDesk() {
  const client = useQueryClient()
  const enabled = can('routing.watch')
  const desk = useQuery({ queryKey: ['/desk'], queryFn: ({ signal }) => api.get<{ queues: DeskQueue[]; total: DeskQueue }>('/desk', { signal }), enabled, refetchInterval: 30_000 })
  const people = useQuery({ queryKey: ['/presences', 'figures'], queryFn: ({ signal }) => api.get<Page<Presence>>('/presences', { query: { limit: 200 }, signal }), enabled, refetchInterval: 30_000 })
  const again = () => {
    void client.invalidateQueries({ queryKey: ['/desk'] })
    void client.invalidateQueries({ queryKey: ['/presences', 'figures'] })
  }
  // Figures are told once a second and only where they differ; a state that went and came back within it is told by itself.
  const take = (fact: FactFrame) => {
    const one = fact.data as Presence
    client.setQueryData<Page<Presence>>(['/presences', 'figures'], (now) => {
      const known = now?.items.find(({ user_id }) => user_id === one.user_id)
      if (!now || (known && known.version >= one.version)) return now
      return { ...now, items: [one, ...now.items.filter((other) => other !== known)] }
    })
  }
  if (enabled) {
    useTopic('desk', { fact: again, refetch: again })
    useTopic('presences', { fact: take, refetch: again })
  }
  // One's own change shows at once, not with the next word of the server.
  watch(presence, () => enabled && again())
  const queues = computed(() => desk.data.value?.queues ?? [])
  const total = computed(() => desk.data.value?.total)
  return {
    queues,
    people: computed(() => people.data.value?.items ?? []),
    error: desk.error,
    pending: desk.isPending,
    again,
    /** Over all queues. */
    total,
  }
}
