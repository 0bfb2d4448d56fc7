import { useQuery } from '@tanstack/vue-query'
import { api, type Approval, type Page } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'

/** How many approvals wait for my decision. */
export function useApprovalBadge() {
  const result = useQuery({
    queryKey: ['/approvals', 'badge'],
    queryFn: ({ signal }) => api.get<Page<Approval>>('/approvals', { query: { to_decide: true, limit: 100 }, signal }),
    refetchInterval: 60_000,
    enabled: can('approvals.decide'),
  })
  return computed(() => result.data.value?.items.length ?? 0)
}
