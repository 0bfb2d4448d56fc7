import { expect, test } from 'vitest'
import { diff } from './diff'

const shown = (before: string, after: string) => diff(before, after).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)

test('what stayed stays, what changed goes before it comes', () => {
  expect(shown('一\n二\n三', '一\n贰\n三\n四')).toEqual([' 一', '-二', '+贰', ' 三', '+四'])
})

test('texts that are equal, or one of them empty', () => {
  expect(shown('一\n二', '一\n二')).toEqual([' 一', ' 二'])
  expect(shown('', '一')).toEqual(['-', '+一'])
})

test('texts of very many lines are shown one after the other', () => {
  const long = '行\n'.repeat(2_001)
  expect(diff(long, long).some(({ kind }) => kind === 'same')).toBe(false)
})
