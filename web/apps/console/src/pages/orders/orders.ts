import type { Order } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { useList } from '@/lib/list'

const TONES: Record<Order['state'], StateTone> = { placed: 'active', completed: 'good', refunded_part: 'warning', refunded: 'bad', cancelled: 'idle' }

export function lookOf(order: Order): { tone: StateTone; word: string } {
  return { tone: TONES[order.state], word: t(`orders.states.${order.state}`) }
}

/** What was spent on these and not given back, by currency; cancelled ones hold nothing. */
export function keptOf(orders: readonly Order[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { state, currency, total, refunded } of orders) if (state !== 'cancelled') sums.set(currency, (sums.get(currency) ?? 0) + total - refunded)
  return sums
}

/** What a customer bought, newest first; asked once for tile and tab. */
export const useOrders = (customer: () => string) => useList<Order>('/orders', () => ({ customer: customer() }), { limit: 50 })
