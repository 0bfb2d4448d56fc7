import { expect, it } from 'vitest'
import { readClock } from './clock'

it('is green, amber from the last fifth, red when over', () => {
  expect(readClock(0, 0, 100).tone).toBe('ok')
  expect(readClock(79, 0, 100).tone).toBe('ok')
  expect(readClock(80, 0, 100).tone).toBe('warn')
  expect(readClock(100, 0, 100).tone).toBe('warn')
  expect(readClock(101, 0, 100).tone).toBe('bad')
})

it('fills once and stays full', () => {
  expect(readClock(50, 0, 100).share).toBe(0.5)
  expect(readClock(500, 0, 100)).toMatchObject({ share: 1, left: -400, elapsed: 500 })
  expect(readClock(-10, 0, 100).elapsed).toBe(0)
})
