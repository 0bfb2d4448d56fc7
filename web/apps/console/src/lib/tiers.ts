import type { CustomerTier } from '@zhike/api'
import { t } from '@zhike/i18n'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAll } from './resource'

/** The tiers customers may have, for rules that begin at one: the lowest first; none while there is no programme. */
export function useTiers() {
  const { rows } = useAll<CustomerTier>('/customer-tiers', {}, can('loyalty.read'))
  /** What a rank is called; its number where nobody named it, or one may not know. */
  const nameOf = (rank: number) => t('customers.tier_from', { name: rows.value.find((tier) => tier.rank === rank)?.name ?? String(rank) })
  /** Every rank that has a name, and the one that is chosen already. */
  const optionsWith = (chosen: number | null | undefined) => {
    const ranks = new Set(rows.value.map((tier) => tier.rank))
    if (chosen) ranks.add(chosen)
    return [...ranks].sort((a, b) => a - b).map((value) => ({ value, label: nameOf(value) }))
  }
  return { known: computed(() => rows.value.length > 0), nameOf, optionsWith }
}
