import { describe, expect, it } from 'vitest'
import { atNames, calling, findPeople, namedIn } from './mentions'

const people = [
  { user_id: 'usr_1', name: '林薇', initials: 'lw', pinyin: 'linwei' },
  { user_id: 'usr_2', name: '林薇薇', initials: 'lww', pinyin: 'linweiwei' },
  { user_id: 'usr_3', name: '沈岩', initials: 'sy cy', pinyin: 'shenyan chenyan' },
  { user_id: 'usr_4', name: '沈岩', initials: 'sy cy', pinyin: 'shenyan chenyan' },
]

describe('names in a note', () => {
  it('are called for by an @, also right after a Chinese word, but not in an address', () => {
    expect(calling('请@林', 3)).toEqual({ from: 1, typed: '林' })
    expect(calling('@', 1)).toEqual({ from: 0, typed: '' })
    expect(calling('a@example', 9)).toBeUndefined()
    expect(calling('@林薇 看看', 6)).toBeUndefined()
  })

  it('are found by initials and pinyin in every reading', () => {
    expect(findPeople(people, 'sy').map(({ user_id }) => user_id)).toEqual(['usr_3', 'usr_4'])
    expect(findPeople(people, 'chen').map(({ user_id }) => user_id)).toEqual(['usr_3', 'usr_4'])
    expect(findPeople(people, 'lww').map(({ name }) => name)).toEqual(['林薇薇'])
    expect(findPeople(people, '')).toHaveLength(4)
  })

  it('mean the longest name, and of two alike the one who was picked', () => {
    expect(namedIn('@林薇薇 看一下', people, new Map())).toEqual(['usr_2'])
    expect(namedIn('@沈岩 看一下', people, new Map())).toEqual([])
    expect(namedIn('@沈岩 看一下，@林薇', people, new Map([['usr_4', '沈岩']]))).toEqual(['usr_4', 'usr_1'])
    expect(atNames('请@林薇看', [{ id: 'usr_1', name: '林薇' }])).toEqual([{ text: '请' }, { text: '@林薇', id: 'usr_1' }, { text: '看' }])
  })
})
