import { expect, it } from 'vitest'
import { locate, split } from './marks'

it('marks what was found, counting characters', () => {
  expect(split('😀退款进度', [[1, 3]])).toEqual([{ text: '😀', found: false }, { text: '退款', found: true }, { text: '进度', found: false }])
  expect(split('aa', [[0, 1], [0, 2]]).map(({ text }) => text).join('')).toBe('aa')
  expect(locate('Order order 订单', 'order 订')).toEqual([[0, 5], [6, 11], [12, 13]])
})
