import type { Conversation, ConversationView, ViewFilter } from '@zhike/api'
import { describe, expect, it } from 'vitest'
import { countViews, fits } from './views'

const none: ViewFilter = { queues: [], tags: [], kinds: [], states: [], whose: null, waiting: false, snoozed: false }
const row = (over: Partial<Conversation> = {}) =>
  ({ id: 'a', state: 'active', assignee_id: 'me', queue_id: 'q1', tags: ['退款'], channel_kind: 'email', waiting_since: null, snoozed_until: null, ...over }) as unknown as Conversation
const shows = (filter: Partial<ViewFilter>, over: Partial<Conversation> = {}) => fits(row(over), { ...none, ...filter }, 'me')

describe('a view of the list', () => {
  it('r036 shows what fits all that it says', () => {
    expect(shows({ queues: ['q1', 'q2'], tags: ['退款', '投诉'], kinds: ['email'], states: ['active'], whose: 'me' })).toBe(true)
    expect([shows({ queues: ['q2'] }), shows({ tags: ['投诉'] }), shows({ kinds: ['wechat'] }), shows({ states: ['queued'] }), shows({ waiting: true })]).toEqual([false, false, false, false, false])
    expect([shows({ whose: 'nobody' }, { assignee_id: null }), shows({ whose: 'others' }, { assignee_id: 'you' }), shows({ whose: 'others' }), shows({ whose: 'others' }, { assignee_id: null })]).toEqual([true, true, false, false])
  })

  it('keeps what is put away and what is over apart', () => {
    expect([shows({}, { snoozed_until: 9 }), shows({ snoozed: true }, { snoozed_until: 9 }), shows({ snoozed: true }), shows({}, { state: 'closed' })]).toEqual([false, true, false, false])
  })

  it('counts all views in one walk', () => {
    const view = (id: string, filter: Partial<ViewFilter>) => ({ id, filter: { ...none, ...filter } }) as unknown as ConversationView
    const counts = countViews([row(), row({ waiting_since: 1 }), row({ tags: [] })], [view('refunds', { tags: ['退款'] }), view('waiting', { waiting: true })], 'me')
    expect([...counts]).toEqual([['refunds', 2], ['waiting', 1]])
  })
})
