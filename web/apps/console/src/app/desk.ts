import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type DeskQueue, type Page, type Presence } from '@zhike/api'
import { computed, watch } from 'vue'
import { presence } from './presence'
import { useTopic } from './realtime'
import { can } from './session'

/** Waits beyond these many milliseconds turn amber and red. */
const SOON = 60_000
const LATE = 180_000

/** The colour of a wait. */
export function waitTone(ms: number | undefined): string {
  return (ms ?? 0) >= LATE ? 'text-bad' : (ms ?? 0) >= SOON ? 'text-warn' : 'text-ink'
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
  if (enabled) useTopic('desk', { fact: again, refetch: again })
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
