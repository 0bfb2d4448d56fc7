import { beforeEach, expect, it } from 'vitest'
import { cleanFilters, type Column, filterWords } from './model'
import { setViewOwner, useViews } from './views'

const columns: Column<unknown>[] = [
  { id: 'name', label: '', width: '1fr', fixed: true },
  { id: 'phone', label: '', width: '1fr' },
  { id: 'note', label: '', width: '1fr', optional: true },
]
const visible = () => useViews('t', () => columns).visible.value.map(({ id }) => id)

beforeEach(() => {
  localStorage.clear()
  setViewOwner('usr_1')
})

it('remembers columns for one person', () => {
  const own = useViews('t', () => columns)
  expect(visible()).toEqual(['name', 'phone'])
  own.toggle(columns[1] as Column<unknown>)
  own.toggle(columns[2] as Column<unknown>)
  expect(visible()).toEqual(['name', 'note'])
  setViewOwner('usr_2')
  expect(visible()).toEqual(['name', 'phone'])
})

it('saves a view under its name once', () => {
  const own = useViews('t', () => columns)
  own.save({ name: '逾期', filters: { state: 'open' } })
  own.save({ name: '逾期', filters: { state: 'done' } })
  expect(useViews('t', () => columns).views.value).toEqual([{ name: '逾期', filters: { state: 'done' } }])
  own.remove('逾期')
  expect(useViews('t', () => columns).views.value).toEqual([])
})

it('survives broken storage', () => {
  localStorage.setItem('zhike.table.t.usr_1', '{')
  expect(visible()).toEqual(['name', 'phone'])
})

it('knows only its own filters', () => {
  const filters = [{ id: 'state', label: '', kind: 'select' as const, options: [{ value: 'open', label: '进行中' }] }]
  expect(cleanFilters({ state: 'open', gone: 'x' }, filters)).toEqual({ state: 'open' })
  expect(filterWords(filters[0]!, 'open')).toBe('进行中')
})
