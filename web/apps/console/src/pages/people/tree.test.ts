import type { Unit } from '@zhike/api'
import { expect, it } from 'vitest'
import { drawTree, possibleParents } from './tree'

const unit = (id: string, parent_id: string | null) => ({ id, name: id, kind: 'team', parent_id, version: 1 }) as Unit
const units = [unit('b', null), unit('a', null), unit('a2', 'a'), unit('a1', 'a'), unit('x', 'a1'), unit('lost', 'gone')]

it('draws each under its parent', () => {
  expect(drawTree(units, 'en').map(({ unit: { id }, depth }) => `${'-'.repeat(depth)}${id}`)).toEqual(['a', '-a1', '--x', '-a2', 'b', 'lost'])
})

it('never moves a unit under itself', () => {
  expect(possibleParents(units, 'a').map(({ id }) => id)).toEqual(['b', 'lost'])
})
