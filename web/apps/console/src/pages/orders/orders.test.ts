import type { Order } from '@zhike/api'
import { expect, test } from 'vitest'
import { keptOf } from './orders'

const order = (more: Partial<Order>) => ({ state: 'completed', currency: 'CNY', total: 100, refunded: 0, ...more }) as Order

test('what was given back or came to nothing was not spent, and currencies stay apart', () => {
  const sums = keptOf([order({}), order({ state: 'refunded_part', refunded: 40 }), order({ state: 'cancelled' }), order({ currency: 'USD', total: 7 })])
  expect([...sums]).toEqual([['CNY', 160], ['USD', 7]])
})
