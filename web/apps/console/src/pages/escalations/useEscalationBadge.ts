import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Escalated, type EscalationCounts } from '@zhike/api'
import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { callFor } from '@/app/notices'
import { useTopic } from '@/app/realtime'
import { me } from '@/app/session'

/** How many are open, of those I may see; whoever is told is called. */
export function useEscalationBadge() {
  const queries = useQueryClient()
  const router = useRouter()
  const result = useQuery({
    queryKey: ['/escalations', 'counts'],
    queryFn: ({ signal }) => api.get<EscalationCounts>('/escalations/counts', { signal }),
    refetchInterval: 60_000,
  })
  const again = () => void queries.invalidateQueries({ queryKey: ['/escalations'] })
  const called = new Set<string>()
  useTopic('escalations', {
    fact: (fact) => {
      again()
      const one = fact.data as Escalated
      if (one.state !== 'open' || called.has(one.id) || !one.told.some(({ id }) => id === me.value?.id)) return
      called.add(one.id)
      callFor(`${one.id}.told`, one.name, one.what, 'offer', () => void router.push({ name: 'escalations', query: { open: one.id } }))
    },
    refetch: again,
  })
  return computed(() => result.data.value?.open ?? 0)
}
