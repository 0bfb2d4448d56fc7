import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Incident } from '@zhike/api'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { can } from '@/app/session'

/** The incidents that go on and touch me, live. */
export function useCurrentIncidents() {
  const queries = useQueryClient()
  const result = useQuery({
    queryKey: ['/incidents', 'current'],
    queryFn: ({ signal }) => api.get<Incident[]>('/incidents/current', { signal }),
    enabled: can('incidents.read'),
    staleTime: 60_000,
  })
  if (can('incidents.read')) {
    const again = () => void queries.invalidateQueries({ queryKey: ['/incidents'] })
    useTopic('incidents', { fact: again, refetch: again })
  }
  return computed(() => result.data.value ?? [])
}

/** How many go on. */
export function useIncidentBadge() {
  const current = useCurrentIncidents()
  return computed(() => current.value.length)
}
