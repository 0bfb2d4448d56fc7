import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type ComplaintCounts, type ComplaintCourse } from '@zhike/api'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { useAction } from '@/lib/action'

/** Whatever shows complaints is told of each change. */
export function useLiveComplaints(): () => Promise<void> {
  const queries = useQueryClient()
  const again = async () => void (await Promise.all([queries.invalidateQueries({ queryKey: ['/complaints'] }), queries.invalidateQueries({ queryKey: ['/tasks'] })]))
  useTopic('complaints', { fact: () => void again(), refetch: () => void again() })
  return again
}

export function useComplaintCounts() {
  const result = useQuery({
    queryKey: ['/complaints', 'counts'],
    queryFn: ({ signal }) => api.get<ComplaintCounts>('/complaints/counts', { signal }),
    refetchInterval: 60_000,
  })
  return computed(() => result.data.value)
}

/** How many are my turn. */
export function useComplaintBadge() {
  const counts = useComplaintCounts()
  return computed(() => counts.value?.mine ?? 0)
}

export type Act = 'acknowledgement' | 'assessment' | 'judgement' | 'second-reading' | 'investigation' | 'options' | 'customer-choice' | 'submission' | 'directive' | 'implementation' | 'attempts' | 'sign-off' | 'feedback' | 'summary' | 'revisit' | 'appeal-answer' | 'completion' | 'return' | 'handover' | 'notes'
const WRITTEN = new Set<Act>(['assessment', 'judgement', 'investigation', 'options', 'customer-choice', 'implementation', 'sign-off', 'feedback', 'summary', 'revisit'])

/** What one does with a complaint: kept, and shown as it stands after it. */
export function useComplaintAct(id: () => string) {
  const queries = useQueryClient()
  return useAction(async (act: Act, body: object = {}) => {
    const path = `/complaints/{id}/${act}`
    const call = { path: { id: id() }, body }
    const after = await (WRITTEN.has(act) ? api.put<ComplaintCourse>(path, call) : api.post<ComplaintCourse>(path, call))
    queries.setQueryData(['/complaints', id()], after)
    void queries.invalidateQueries({ queryKey: ['/complaints'] })
    void queries.invalidateQueries({ queryKey: ['/tasks'] })
  })
}
