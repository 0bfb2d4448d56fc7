import type { Role } from '@zhike/api'
import { expect, it } from 'vitest'
import { apply, byModule, change, type Changes, countChanges, reach } from './matrix'

const role: Role = { id: 'r', name: '', kind: 'ordinary', grants: { 'tasks.read': 'team' }, created_at: 0, version: 1 }
const none: Changes = new Map()

it('shows what holds until it is changed', () => {
  expect(reach(role, 'tasks.read', none)).toBe('team')
  const changes = change(none, role, 'tasks.read', null)
  expect(reach(role, 'tasks.read', changes)).toBeNull()
  expect(apply(role, changes)).toEqual({})
})

it('forgets a change that was taken back', () => {
  let changes = change(none, role, 'tasks.read', 'all')
  changes = change(changes, role, 'tasks.write', 'own')
  expect(countChanges(changes)).toBe(2)
  expect(apply(role, changes)).toEqual({ 'tasks.read': 'all', 'tasks.write': 'own' })
  changes = change(change(changes, role, 'tasks.read', 'team'), role, 'tasks.write', null)
  expect(countChanges(changes)).toBe(0)
})

it('groups by module', () => {
  const reaches = false
  expect(byModule([{ name: 'a.x', reaches }, { name: 'b.x', reaches }, { name: 'a.y', reaches }]).map(({ module, permissions }) => [module, permissions.length])).toEqual([['a', 2], ['b', 1]])
})
