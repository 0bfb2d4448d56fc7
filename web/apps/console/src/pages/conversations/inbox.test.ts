import type { Conversation } from '@zhike/api'
import { describe, expect, it } from 'vitest'
import { arrange, countLenses, take, takesPlace } from './inbox'

const row = (id: string, over: Partial<Conversation> = {}): Conversation => ({
  id, channel_id: 'chn_1', channel_kind: 'web_chat', customer_id: 'cus_1', customer_name: id, state: 'active', assignee_id: 'me', assignee_name: null, unit_id: null,
  last_seq: 3, customer_read_seq: 0, agent_read_seq: 1, last_message_at: 10, preview: '', waiting_since: null, opened_at: 1, closed_at: null, version: 1,
  queue_id: null, unread: 0, tags: [], attributes: {}, trail: [], participants: [], page: null, first_message_at: null, first_response_at: null, first_response_ms: null, first_response_wall_ms: null, responses: 0, response_ms: 0, response_wall_ms: 0, wrap_up: null, rating: null, after_hours: false, terms: null, answer_warn_at: null, answer_due_at: null, final_warn_at: null, final_due_at: null, final_ms: null, late_answers: 0, snoozed_until: null, snooze_reason: null, subject: null, aside: false, split_from: null, merged_into: null, emptied_at: null, ...over,
})
const keys = (rows: Conversation[], lens: 'mine' | 'unanswered' | 'all', folded: Array<'active' | 'queued' | 'closed'> = []) =>
  arrange(rows, lens, 'me', new Set(folded)).map(({ key }) => key)

describe('the inbox', () => {
  it('lets the version decide, not the order of arrival', () => {
    const rows = new Map<string, Conversation>()
    expect(take(rows, row('a', { version: 3, preview: 'new' }))).toBe(true)
    expect(take(rows, row('a', { version: 2, preview: 'old' }))).toBe(false)
    expect(rows.get('a')?.preview).toBe('new')
  })

  it('puts who waits longest first', () => {
    const rows = [row('calm', { last_message_at: 99 }), row('late', { waiting_since: 5 }), row('later', { waiting_since: 9 })]
    expect(keys(rows, 'mine')).toEqual(['active', 'late', 'later', 'calm', 'queued', 'closed'])
  })

  it('sets apart what still owes a wrap-up, where wrap-ups are kept', () => {
    const noted = { reason_id: null, reason: '退款', note: null, at: 1, by: null }
    const rows = [row('owed', { state: 'closed' }), row('merged', { state: 'closed', merged_into: 'here' }), row('done', { state: 'closed', wrap_up: noted }), row('theirs', { state: 'closed', assignee_id: 'you' })]
    const drawn = (wrapsUp: boolean) => arrange(rows, 'all', 'me', new Set(), wrapsUp).map(({ key }) => key)
    expect(drawn(true)).toEqual(['active', 'queued', 'wrap_up', 'owed', 'closed', 'merged', 'done', 'theirs'])
    expect(drawn(false)).toEqual(['active', 'queued', 'closed', 'owed', 'merged', 'done', 'theirs'])
  })

  it('r004 shows whoever takes part the conversation among their own until it is over', () => {
    const part = { user_id: 'me', name: '我', may_reply: false, since: 1, by: null }
    const rows = [row('joined', { assignee_id: 'you', participants: [part] }), row('past', { assignee_id: 'you', state: 'closed', participants: [part] })]
    expect(keys(rows, 'mine')).toEqual(['active', 'joined', 'queued', 'closed'])
    expect(countLenses(rows, 'me')).toMatchObject({ mine: 0, all: 1 })
  })

  it('r036 keeps what is put away out of the work until it comes back, soonest first', () => {
    const rows = [row('here'), row('later', { snoozed_until: 9 }), row('soon', { snoozed_until: 5, waiting_since: 1 })]
    expect(keys(rows, 'mine')).toEqual(['active', 'here', 'queued', 'snoozed', 'soon', 'later', 'closed'])
    expect(keys(rows, 'unanswered')).toEqual(['active', 'queued'])
    expect(countLenses(rows, 'me')).toEqual({ mine: 1, unanswered: 0, all: 3 })
    expect(rows.filter((one) => takesPlace(one, 'me')).map(({ id }) => id)).toEqual(['here', 'soon'])
  })

  it('shows the queue to everyone but others’ conversations only in all', () => {
    const rows = [row('mine'), row('theirs', { assignee_id: 'you' }), row('free', { state: 'queued', assignee_id: null, waiting_since: 2 })]
    expect(keys(rows, 'mine')).toEqual(['active', 'mine', 'queued', 'free', 'closed'])
    expect(keys(rows, 'all', ['queued'])).toEqual(['active', 'mine', 'theirs', 'queued', 'closed'])
    expect(keys(rows, 'unanswered')).toEqual(['active', 'queued', 'free'])
    expect(countLenses(rows, 'me')).toEqual({ mine: 1, unanswered: 1, all: 3 })
  })
})
