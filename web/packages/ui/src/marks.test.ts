import { expect, it } from 'vitest'
import { locate, split } from './marks'

it('marks what was found, counting as JavaScript does', () => {
  expect(split('😀退款进度', [{ start: 2, end: 4 }])).toEqual([{ text: '😀', found: false }, { text: '退款', found: true }, { text: '进度', found: false }])
  expect(split('aa', [{ start: 0, end: 1 }, { start: 0, end: 2 }]).map(({ text }) => text).join('')).toBe('aa')
  expect(locate('Order order 订单', 'order 订')).toEqual([{ start: 0, end: 5 }, { start: 6, end: 11 }, { start: 12, end: 13 }])
})
