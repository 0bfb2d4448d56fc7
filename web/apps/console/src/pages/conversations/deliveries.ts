import { useQuery } from '@tanstack/vue-query'
import { api, type Deliveries, type Delivery } from '@zhike/api'
import { formatDateTime, t, te } from '@zhike/i18n'
import { computed, type ComputedRef, inject, type InjectionKey, type Ref } from 'vue'

/** What became of the messages of the conversation on screen, by their numbers; nothing where none has to be carried. */
export const DELIVERIES: InjectionKey<ComputedRef<ReadonlyMap<number, Delivery> | undefined>> = Symbol('deliveries')

/** What became of the messages of a conversation whose channel carries them, and what it allows now. */
export function useDeliveries(id: string, carried: Ref<boolean>) {
  const query = useQuery({
    queryKey: ['/conversations', id, 'deliveries'],
    queryFn: ({ signal }) => api.get<Deliveries>('/conversations/{id}/deliveries', { path: { id }, signal }),
    enabled: carried,
  })
  const bySeq = computed(() => (carried.value ? new Map((query.data.value?.deliveries ?? []).map((one) => [one.seq, one] as const)) : undefined))
  return { bySeq, limits: computed(() => query.data.value?.limits), refetch: () => void (carried.value && query.refetch()) }
}

/** What became of this message; undefined where it did not have to be carried, or nothing is known yet. */
export function useDeliveryOf(seq: () => number) {
  const deliveries = inject(DELIVERIES, undefined)
  return { carried: computed(() => deliveries?.value !== undefined), delivery: computed(() => deliveries?.value?.get(seq())) }
}

/** Why a message was not carried, in words; what the other side said where we have none. */
export function whyWords(code: string, said: string): string {
  const key = `delivery.why.${code}`
  if (!te(key)) return said || code
  return code === 'http' ? t(key, { detail: said }) : [t(key), said].filter(Boolean).join('：')
}

/** Whether the channel allows nothing more until the customer writes again. */
export const isSpent = (limits: Deliveries['limits'] | undefined, now: number): boolean => limits?.refused != null || (limits?.until != null && limits.until <= now) || (limits?.left != null && limits.left <= 0)

/** What the channel still allows, in words; empty when it says nothing. */
export function limitWords(limits: Deliveries['limits'] | undefined, now: number): string {
  if (limits?.refused) return whyWords(limits.refused, '')
  if (limits?.until != null && limits.until <= now) return t('delivery.limits.over')
  if (limits?.left != null && limits.left <= 0) return t('delivery.limits.none')
  return [limits?.caution ? whyWords(limits.caution, '') : '', limits?.left == null ? '' : t('delivery.limits.left', { n: limits.left }), limits?.until == null ? '' : t('delivery.limits.until', { at: formatDateTime(limits.until) })].filter(Boolean).join(' · ')
}
