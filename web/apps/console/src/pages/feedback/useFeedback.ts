import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type FeedbackCounts, type FeedbackCourse } from '@zhike/api'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { useAction } from '@/lib/action'

/** Whatever shows feedback is told of each change. */
export function useLiveFeedback(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/feedback-items'] })
  useTopic('feedback_items', { fact: again, refetch: again })
}

export function useFeedbackCounts() {
  const result = useQuery({
    queryKey: ['/feedback-items', 'counts'],
    queryFn: ({ signal }) => api.get<FeedbackCounts>('/feedback-items/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value)
}

/** How many I am to answer. */
export function useFeedbackBadge() {
  const counts = useFeedbackCounts()
  return computed(() => counts.value?.mine ?? 0)
}

export type FeedbackAct = 'owner' | 'kind' | 'award' | 'answer' | 'closure' | 'reopening' | 'notes' | 'complaint'

/** What one does about an item: kept, and shown as it stands after it. */
export function useFeedbackAct(id: () => string) {
  const queries = useQueryClient()
  return useAction(async (act: FeedbackAct, body: object = {}) => {
    const path = `/feedback-items/{id}/${act}`
    const call = { path: { id: id() }, body }
    const after = await (act === 'owner' || act === 'kind' ? api.put<FeedbackCourse>(path, call) : api.post<FeedbackCourse>(path, call))
    queries.setQueryData(['/feedback-items', id()], after)
    for (const path of ['/feedback-items', '/feedback-figures', '/recognitions', '/recognition-standings', '/reward-budgets', '/complaints', '/tasks']) void queries.invalidateQueries({ queryKey: [path] })
  })
}
