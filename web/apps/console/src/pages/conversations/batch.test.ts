import type { AutomationAction, Conversation } from '@zhike/api'
import { describe, expect, it } from 'vitest'
import { undoGroups, undoing } from './batch'

const row = (id: string, over: Partial<Conversation> = {}) => ({ id, tags: [], snoozed_until: null, snooze_reason: null, ...over }) as unknown as Conversation

describe('what is done to several conversations', () => {
  it('r036 takes back what it did, and nothing that was so before', () => {
    const actions: AutomationAction[] = [{ do: 'add_tag', tag: '退款' }, { do: 'remove_tag', tag: '新客' }, { do: 'snooze', until: 9 }]
    expect(undoing(actions, row('a'))).toEqual([{ do: 'remove_tag', tag: '退款' }, { do: 'wake' }])
    expect(undoing(actions, row('b', { tags: ['退款', '新客'], snoozed_until: 5, snooze_reason: '等货' }))).toEqual([{ do: 'add_tag', tag: '新客' }, { do: 'snooze', until: 5, reason: '等货' }])
    expect(undoing([{ do: 'close' }], row('c'))).toEqual([])
  })

  it('asks once for all that are taken back alike', () => {
    const groups = undoGroups([{ do: 'add_tag', tag: 'x' }], [row('a'), row('b', { tags: ['x'] }), row('c')])
    expect(groups.map(({ rows }) => rows.map(({ id }) => id))).toEqual([['a', 'c']])
  })
})
