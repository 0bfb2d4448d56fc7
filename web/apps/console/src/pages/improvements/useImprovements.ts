import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type ImprovementCounts, type ImprovementCourse } from '@zhike/api'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { useAction } from '@/lib/action'

/** Whatever shows actions is told of each change. */
export function useLiveImprovements(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/improvement-actions'] })
  useTopic('improvement_actions', { fact: again, refetch: again })
}

export function useImprovementCounts() {
  const result = useQuery({
    queryKey: ['/improvement-actions', 'counts'],
    queryFn: ({ signal }) => api.get<ImprovementCounts>('/improvement-actions/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value)
}

/** How many wait for me. */
export function useImprovementBadge() {
  const counts = useImprovementCounts()
  return computed(() => counts.value?.mine ?? 0)
}

export type ImprovementAct = 'plan' | 'steps' | 'completion' | 'verification' | 'handover' | 'notes'

/** What one does about an action: kept, and shown as it stands after it. */
export function useImprovementAct(id: () => string) {
  const queries = useQueryClient()
  return useAction(async (act: ImprovementAct, body: object = {}) => {
    const path = `/improvement-actions/{id}/${act}`
    const call = { path: { id: id() }, body }
    const after = await (act === 'plan' ? api.put<ImprovementCourse>(path, call) : api.post<ImprovementCourse>(path, call))
    queries.setQueryData(['/improvement-actions', id()], after)
    for (const path of ['/improvement-actions', '/tasks', '/complaint-analyses']) void queries.invalidateQueries({ queryKey: [path] })
  })
}
