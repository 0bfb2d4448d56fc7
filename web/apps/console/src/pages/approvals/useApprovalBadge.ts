import { useQuery } from '@tanstack/vue-query'
import { api, type Approval, type Page } from '@zhike/api'
import { computed } from 'vue'
import { can, me } from '@/app/session'

/** How many approvals wait for my decision. */
export function useApprovalBadge() {
  const result = useQuery({
    queryKey: ['/approvals', 'badge'],
    queryFn: ({ signal }) => api.get<Page<Approval>>('/approvals', { query: { state: 'pending', limit: 100 }, signal }),
    refetchInterval: 60_000,
    enabled: can('approvals.decide'),
  })
  return computed(() => result.data.value?.items.filter((one) => one.applicant_id !== me.value?.id && (one.approver_id === null || one.approver_id === me.value?.id)).length ?? 0)
}
