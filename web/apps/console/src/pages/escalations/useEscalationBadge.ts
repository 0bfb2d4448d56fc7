import { useQuery } from '@tanstack/vue-query'
import { api, type EscalationCounts } from '@zhike/api'
import { computed } from 'vue'

/** How many are open, of those I may see. */
export function useEscalationBadge() {
  const result = useQuery({
    queryKey: ['/escalations', 'counts'],
    queryFn: ({ signal }) => api.get<EscalationCounts>('/escalations/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value?.open ?? 0)
}
