import { useQuery } from '@tanstack/vue-query'
import { api, type TaskCounts } from '@zhike/api'
import { computed } from 'vue'

/** How many of my tasks are overdue. */
export function useTaskBadge() {
  const result = useQuery({
    queryKey: ['/tasks', 'counts'],
    queryFn: ({ signal }) => api.get<TaskCounts>('/tasks/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value?.overdue ?? 0)
}
