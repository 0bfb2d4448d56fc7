import { useQuery } from '@tanstack/vue-query'
import { api, type AskCounts } from '@zhike/api'
import { computed } from 'vue'

/** How many wait for my answer. */
export function useAskBadge() {
  const result = useQuery({
    queryKey: ['/asks', 'counts'],
    queryFn: ({ signal }) => api.get<AskCounts>('/asks/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value?.open ?? 0)
}
