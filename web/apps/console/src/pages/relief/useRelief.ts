import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type ReliefDay, type ReliefMine } from '@zhike/api'
import { computed } from 'vue'
import { TAKES_WORK } from '@/app/presence'
import { useTopic } from '@/app/realtime'
import { can } from '@/app/session'

/** What I bear today, live: counts, the pause I have, the break I am offered. */
export function useMyRelief() {
  const queries = useQueryClient()
  const mine = useQuery({
    queryKey: ['/relief', 'mine'],
    queryFn: ({ signal }) => api.get<ReliefMine>('/relief', { signal }),
    enabled: can(TAKES_WORK),
    // A run grows long by time alone.
    refetchInterval: 60_000,
  })
  if (can('relief.read')) {
    const again = () => void queries.invalidateQueries({ queryKey: ['/relief'] })
    useTopic('relief', { fact: again, refetch: again })
  }
  return mine
}

/** Today of everybody I may see, by person, live. */
export function useReliefToday() {
  const queries = useQueryClient()
  const result = useQuery({ queryKey: ['/relief', 'today'], queryFn: ({ signal }) => api.get<ReliefDay[]>('/relief-days', { signal }), enabled: can('relief.read') })
  if (can('relief.read')) {
    const again = () => void queries.invalidateQueries({ queryKey: ['/relief'] })
    useTopic('relief', { fact: again, refetch: again })
  }
  return computed(() => new Map((result.data.value ?? []).map((day) => [day.user_id as string, day])))
}
