import type { LoyaltyMember } from '@zhike/api'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { useTopic } from '@/app/realtime'
import { useList } from '@/lib/list'

/** The membership of a customer, if they have one and the reader may see it; follows what happens to it. */
export function useMember(customer: MaybeRefOrGetter<string>) {
  const list = useList<LoyaltyMember>('/loyalty-members', () => ({ customer: toValue(customer) }))
  useTopic('loyalty_members', { fact: () => list.refetch(), refetch: () => list.refetch() })
  return { member: computed(() => list.rows.value[0]), loading: list.loading, error: list.error, refetch: list.refetch }
}
