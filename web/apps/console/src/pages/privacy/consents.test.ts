import type { PurposeStanding } from '@zhike/api'
import { expect, test } from 'vitest'
import { endOfDay, lookOf } from './consents'

const standing = (more: Partial<PurposeStanding>) => ({ purpose: 'surveys', verdict: 'allowed', said: null, do_not_contact: null, ...more }) as PurposeStanding

test('a refusal is red, and what nobody asked for is no refusal', () => {
  expect(lookOf(standing({ verdict: 'withdrawn' })).tone).toBe('bad')
  expect(lookOf(standing({ verdict: 'not_asked' })).tone).toBe('idle')
  expect(lookOf(standing({})).tone).toBe('good')
})

test('until a day means to its end, and no day means for good', () => {
  const end = endOfDay('2026-11-26') ?? 0
  expect(new Date(end).getHours()).toBe(23)
  expect(endOfDay('')).toBeNull()
})
