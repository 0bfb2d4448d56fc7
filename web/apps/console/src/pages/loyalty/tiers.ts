import { useQuery } from '@tanstack/vue-query'
import { api, type LoyaltyRulesVersion } from '@zhike/api'
import { EMPTY, formatNumber } from '@zhike/i18n'
import { computed } from 'vue'
import { can } from '@/app/session'

/** What tiers are called by their rank. Whoever may not see members, or asks for one there is no more, gets the rank. */
export function useTiers() {
  const result = useQuery({ queryKey: ['/loyalty-rules'], queryFn: ({ signal }) => api.get<LoyaltyRulesVersion>('/loyalty-rules', { signal }), enabled: can('loyalty.read') })
  const tiers = computed(() => result.data.value?.rules.tiers.list ?? [])
  const tierName = (rank: number) => (rank > 0 ? (tiers.value[rank - 1]?.name ?? formatNumber(rank)) : EMPTY)
  return { tierName, tierOptions: computed(() => tiers.value.map(({ name }, at) => ({ value: String(at + 1), label: name }))) }
}
