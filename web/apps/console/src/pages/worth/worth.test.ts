import { expect, test } from 'vitest'
import { alivePercent, isMoney, percent, points } from './worth'

test('what is not known is a dash, and nothing is zero by accident', () => {
  expect([alivePercent(null), alivePercent(0), alivePercent(8_749)]).toEqual(['—', '0%', '87%'])
  expect([percent(null), percent(0), percent(0.1234)]).toEqual(['—', '0.0%', '12.3%'])
  expect([points(null), points(0.3), points(-0.052)]).toEqual(['—', '+30.0', '−5.2'])
  expect([isMoney('value'), isMoney('alive')]).toEqual([true, false])
})
