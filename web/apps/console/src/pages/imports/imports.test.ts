import { expect, test } from 'vitest'
import { chosen, letter, missingOf } from './imports'

test('a column is called as in a spreadsheet', () => {
  expect([0, 25, 26, 51, 52, 99].map(letter)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'CV'])
})

test('a field is one column alone', () => {
  expect(chosen(['name', 'phone', null], 2, 'phone')).toEqual(['name', null, 'phone'])
  expect(chosen(['name', 'phone', null], 1, null)).toEqual(['name', null, null])
})

test('what a list cannot do without is named, one group at a time', () => {
  expect(missingOf('customers', ['name', 'email'], 'phone')).toBe('phone')
  expect(missingOf('orders', ['number', 'total', 'placed_at'], 'phone')).toBe('phone')
  expect(missingOf('orders', ['number', 'total', 'placed_at', 'external_id'], 'phone')).toBeUndefined()
})
