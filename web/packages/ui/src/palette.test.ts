import { expect, it } from 'vitest'
import { type Command, matching } from './palette'

const command = (id: string, label: string, also = ''): Command => ({ id, label, also, group: '', run: () => {} })
const commands = [command('a', '新建任务', 'xjrw new task'), command('b', '任务', 'rw tasks'), command('c', '客户', 'kh customers')]
const ids = (query: string) => matching(commands, query).map(({ id }) => id)

it('shows everything for nothing', () => expect(ids('')).toEqual(['a', 'b', 'c']))
it('puts beginnings first', () => expect(ids('任务')).toEqual(['b', 'a']))
it('finds by initials and by English', () => {
  expect(ids('kh')).toEqual(['c'])
  expect(ids('TASK')).toEqual(['a', 'b'])
})
it('finds nothing for nonsense', () => expect(ids('zzz')).toEqual([]))
