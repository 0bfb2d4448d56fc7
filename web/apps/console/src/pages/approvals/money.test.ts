import { expect, it } from 'vitest'
import { amountText, parseAmount } from './money'

it('reads what people type', () => {
  expect([parseAmount('1,820', true), parseAmount('¥ 0.29', true), parseAmount('500', false), parseAmount('', true), parseAmount(null, true)]).toEqual([182000, 29, 500, null, null])
  expect([parseAmount('1.234', true), parseAmount('-5', true), parseAmount('一百', true), parseAmount('1.5', false)]).toEqual([undefined, undefined, undefined, undefined])
})

it('writes what it reads', () => {
  for (const [amount, money] of [[182000, true], [29, true], [500, false]] as const) expect(parseAmount(amountText(amount, money), money)).toBe(amount)
})
