import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Page, type SlaMiss } from '@zhike/api'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'

/** How much was missed and is still to be done, of what one may see; up to 99. */
export function useMissBadge() {
  const queries = useQueryClient()
  const result = useQuery({ queryKey: ['/sla-misses', 'open'], queryFn: ({ signal }) => api.get<Page<SlaMiss>>('/sla-misses', { query: { open: true, limit: 99 }, signal }) })
  const again = () => void queries.invalidateQueries({ queryKey: ['/sla-misses'] })
  useTopic('sla', { fact: again, refetch: again })
  return computed(() => result.data.value?.items.length ?? 0)
}
