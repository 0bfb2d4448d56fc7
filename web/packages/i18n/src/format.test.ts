import { beforeAll, describe, expect, it } from 'vitest'
import { formatBytes, formatClock, formatDate, formatDateTime, formatMoment, formatMoney, formatNumber, formatSpan, setTimeZone } from './format'
import { nearest, setLocale } from './locale'

const AT = Date.UTC(2026, 10, 22, 6, 5, 9) // 14:05:09 in Shanghai

beforeAll(async () => {
  await setLocale('zh-CN')
  setTimeZone('Asia/Shanghai')
})

describe('times', () => {
  it('are shown in the organisation’s zone', () => {
    expect(formatDateTime(AT)).toBe('2026-11-22 14:05')
    expect(formatDate(Date.UTC(2026, 10, 22, 17))).toBe('2026-11-23')
  })

  it('shorten with nearness', () => {
    expect(formatMoment(AT, AT + 3_600_000)).toBe('14:05')
    expect(formatMoment(AT, AT + 3 * 86_400_000)).toBe('11-22 14:05')
    expect(formatMoment(AT, AT + 366 * 86_400_000)).toBe('2026-11-22')
  })

  it('show a dash for nothing', () => {
    expect(formatDateTime(null)).toBe('—')
    expect(formatNumber(undefined)).toBe('—')
  })
})

it('runs clocks', () => {
  expect(formatClock(42_900)).toBe('00:42')
  expect(formatClock(-36_000)).toBe('00:36')
  expect(formatClock(4_328_000)).toBe('01:12:08')
})

it('words spans in two units', () => {
  expect(formatSpan(0)).toBe('0 分钟')
  expect(formatSpan(5 * 60_000)).toBe('5 分钟')
  expect(formatSpan(26 * 3_600_000)).toBe('1 天 2 小时')
})

it('groups figures', () => {
  expect(formatNumber(12486)).toBe('12,486')
  expect(formatMoney(182000)).toBe('¥1,820.00')
  expect(formatBytes(2_516_582)).toBe('2.4 MB')
})

it('finds the nearest language', () => {
  expect(nearest(['zh-HK'])).toBe('zh-TW')
  expect(nearest(['zh-Hans-SG'])).toBe('zh-CN')
  expect(nearest(['fr', 'en-GB'])).toBe('en')
  expect(nearest([])).toBeUndefined()
})
