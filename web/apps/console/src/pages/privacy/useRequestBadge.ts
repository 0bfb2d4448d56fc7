import { useQuery } from '@tanstack/vue-query'
import { api, type PrivacyRequestCounts } from '@zhike/api'
import { computed } from 'vue'

/** How many requests within reach are due within a week, or were. */
export function useRequestBadge() {
  const result = useQuery({
    queryKey: ['/privacy-requests', 'counts'],
    queryFn: ({ signal }) => api.get<PrivacyRequestCounts>('/privacy-requests/counts', { signal }),
    refetchInterval: 300_000,
  })
  return computed(() => result.data.value?.due_soon ?? 0)
}
