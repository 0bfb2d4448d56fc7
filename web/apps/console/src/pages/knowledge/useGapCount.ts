import { useQuery } from '@tanstack/vue-query'
import { api, type KnowledgeCounts } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'

/** How many gaps nobody writes an answer for, for those who write. */
export function useGapCount() {
  const result = useQuery({
    queryKey: ['/knowledge-gaps', 'counts'],
    queryFn: ({ signal }) => api.get<KnowledgeCounts>('/knowledge-gaps/counts', { signal }),
    enabled: can('knowledge.write'),
  })
  return computed(() => result.data.value?.open_gaps ?? 0)
}
