import { expect, it } from 'vitest'
import { changes } from './diff'

it('names each field that changed', () => {
  expect(changes('{"name":"甲","role":"a"}', '{"name":"乙","role":"a"}')).toEqual([{ field: 'name', before: '甲', after: '乙' }])
  expect(changes(null, '{"name":"甲"}')).toEqual([{ field: 'name', before: undefined, after: '甲' }])
  expect(changes('{"week":[1]}', null)).toEqual([{ field: 'week', before: '[\n 1\n]', after: undefined }])
})

it('shows what it cannot read', () => {
  expect(changes('{', null)).toEqual([{ field: 'value', before: '{', after: undefined }])
  expect(changes('[1]', '[1]')).toEqual([])
})
