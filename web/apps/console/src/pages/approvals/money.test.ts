import { expect, it } from 'vitest'
import { parseMoney } from './money'

it('reads what people type', () => {
  expect([parseMoney('1,820'), parseMoney('¥ 0.29'), parseMoney(''), parseMoney(null)]).toEqual([182000, 29, null, null])
  expect([parseMoney('1.234'), parseMoney('-5'), parseMoney('一百')]).toEqual([undefined, undefined, undefined])
})
