import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Sanction, type SanctionCounts } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAction } from '@/lib/action'
import { uploaded } from '@/lib/upload'

/** Whether one sees more than what concerns oneself. */
export const oversees = (): boolean => can('sanctions.propose') || can('sanctions.decide')

/** How many wait for me to read them, or to say whether I appeal. */
export function useSanctionBadge() {
  const result = useQuery({ queryKey: ['/sanctions', 'counts'], queryFn: ({ signal }) => api.get<SanctionCounts>('/sanctions/counts', { signal }), refetchInterval: 60_000 })
  return computed(() => result.data.value?.mine ?? 0)
}

export type SanctionAct = 'notice' | 'appeal' | 'decision' | 'withdrawal'

/** What one does with a sanction: kept, and shown as it stands after it. */
export function useSanctionAct(id: () => string) {
  const queries = useQueryClient()
  return useAction(async (act: SanctionAct, body: object = {}) => {
    const after = await api.post<Sanction>(`/sanctions/{id}/${act}`, { path: { id: id() }, body })
    queries.setQueryData(['/sanctions', id()], after)
    for (const path of ['/sanctions', '/tasks']) void queries.invalidateQueries({ queryKey: [path] })
  })
}

/** Files as pieces of evidence: sent when it is saved, so that nothing lies about of what was given up. */
export const sent = async (files: readonly File[]): Promise<{ kind: 'file'; file_id: string }[]> => (await uploaded(files)).map((file_id) => ({ kind: 'file', file_id }))
