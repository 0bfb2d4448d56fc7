import { useQuery } from '@tanstack/vue-query'
import { api, type PromiseCounts } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'

/** How many promises are broken: in reach for whoever may waive one, else one's own. */
export function usePromiseBadge() {
  const result = useQuery({
    queryKey: ['/promises', 'counts'],
    queryFn: ({ signal }) => api.get<PromiseCounts>('/promises/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => (can('promises.waive') ? result.data.value?.broken_in_reach : result.data.value?.broken) ?? 0)
}
