import { describe, expect, it } from 'vitest'
import { draftOf, formOf, newAction, newCondition, opsOf } from './forms'

describe('an automation in its form', () => {
  it('sends of each kind its own fields alone', () => {
    const form = formOf(undefined)
    form.name = ' 等候致歉 '
    form.event = 'unanswered'
    form.conditions = [{ ...newCondition(), text: '投诉，曝光、 12315' }, { ...newCondition(), field: 'score', op: 'known', text: '9' }]
    form.actions = [{ ...newAction(), kind: 'reply', text: '抱歉久等' }, { ...newAction(), kind: 'task', text: '回访', holder: 'person', user_id: 'u1' }]
    expect(draftOf(form)).toEqual({
      name: '等候致歉',
      active: true,
      event: 'unanswered',
      spec: {
        minutes: 5,
        any: false,
        conditions: [{ field: 'text', op: 'contains', values: ['投诉', '曝光', '12315'] }, { field: 'score', op: 'known', values: [] }],
        actions: [{ do: 'reply', text: '抱歉久等' }, { do: 'task', title: '回访', due_minutes: 60, holder: { to: 'person', user_id: 'u1' } }],
        most_per_hour: 3,
      },
    })
  })

  it('compares numbers as numbers and names by name', () => {
    expect([opsOf('score')[0], opsOf('queue')[0], opsOf('business_time'), opsOf('text')[0]]).toEqual(['at_least', 'is', ['is', 'is_not'], 'contains'])
  })
})
