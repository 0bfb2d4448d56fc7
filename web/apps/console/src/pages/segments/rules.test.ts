import { describe, expect, it } from 'vitest'
import { conditionsOf, emptyCondition, entryOf, everybody, isComplete, TESTS } from './rules'

describe('rules', () => {
  it('have a way to enter what every test asks for', () => {
    for (const test of Object.values(TESTS).flat()) {
      const condition = emptyCondition('a.b', test)
      const bare = entryOf(test) === 'none'
      expect(bare).toBe(condition.values === undefined && condition.numbers === undefined)
      expect(isComplete(condition)).toBe(entryOf(test) !== 'choices')
    }
  })

  it('name every condition through all groups', () => {
    const one = emptyCondition('a.b', 'known')
    const rule = { ...everybody(), conditions: [one], groups: [{ ...everybody(), conditions: [one, one] }] }
    expect(conditionsOf(rule)).toHaveLength(3)
  })
})
