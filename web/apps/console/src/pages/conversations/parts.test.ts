import { expect, it } from 'vitest'
import { partsOf } from './parts'

const counted = (text: string, alphabet: string, prefix = '') => partsOf(text, { alphabet, prefix, most: 10 })

/** The same cases as on the server, which cuts what is counted here. */
it.each([
  ['a', 160, 'gsm7', 1],
  ['a', 161, 'gsm7', 2],
  ['a', 306, 'gsm7', 2],
  ['a', 307, 'gsm7', 3],
  ['€', 80, 'gsm7', 1],
  ['€', 81, 'gsm7', 2],
  ['€', 153, 'gsm7', 3],
  ['知', 70, 'gsm7', 1],
  ['知', 71, 'gsm7', 2],
  ['知', 134, 'ucs2', 2],
  ['知', 135, 'ucs2', 3],
  ['a', 71, 'ucs2', 2],
  ['😊', 35, 'ucs2', 1],
  ['😊', 67, 'ucs2', 3],
  ['é', 140, 'latin1', 1],
  ['é', 141, 'latin1', 2],
])('%s × %i takes, in %s, %i parts', (letter, times, alphabet, parts) => {
  expect(counted(letter.repeat(times), alphabet)).toBe(parts)
})

it('counts what goes before the text', () => {
  expect(counted('知'.repeat(64), 'ucs2', '【青禾商城】')).toBe(1)
  expect(counted('知'.repeat(65), 'ucs2', '【青禾商城】')).toBe(2)
})
