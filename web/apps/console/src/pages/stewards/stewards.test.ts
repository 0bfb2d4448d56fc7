import { describe, expect, it } from 'vitest'
import { clockOf, minuteOf } from './stewards'

describe('the minute of a day', () => {
  it('is read and written as a clock shows it, midnight being the end of the day', () => {
    expect(clockOf(1_080)).toBe('18:00')
    expect(minuteOf('09:05')).toBe(545)
    expect(minuteOf('00:00')).toBe(1_440)
  })
})
