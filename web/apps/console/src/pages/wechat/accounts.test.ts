import { expect, it } from 'vitest'
import { secretOf } from './accounts'

it('makes secrets of letters and digits, of the length that WeChat asks for', () => {
  for (const length of [32, 43]) expect(secretOf(length)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`))
  expect(secretOf(43)).not.toBe(secretOf(43))
})
