import { describe, expect, it } from 'vitest'
import { type Happening, parseFrame } from './frames'
import { textsFor } from './texts'
import { happened, refusal } from './told'

const { texts } = textsFor(['zh-CN'])
const su = { id: 'usr_1', name: '苏禾' }
const told = (data: Happening, text = '') => happened({ data, text }, texts)

describe('what happened, as the customer reads it', () => {
  it('names who serves them', () => {
    expect(told({ event: 'assigned', to: su })).toBe('苏禾 开始为您服务')
    expect(told({ event: 'assigned', to: { id: 'usr_2', name: '发票\u202Egpj' }, by: su })).toBe('发票gpj 开始为您服务')
  })

  it('names to whom it was passed on, and no queue', () => {
    expect(told({ event: 'transferred', from: su, to: { id: 'usr_2', name: '林知夏' } })).toBe('已为您转接给 林知夏')
    expect(told({ event: 'transferred', from: null, queue: { id: 'que_1', name: '黑名单' } })).toBe('正在为您转接')
  })

  it('says that it ended, whoever ended it', () => {
    for (const data of [{ event: 'closed', by: su, by_customer: false } as const, { event: 'closed', by_customer: true } as const]) expect(told(data)).toBe('会话结束')
  })

  it('says out of hours what the channel says, else our own words', () => {
    const data = { event: 'after_hours', opens_at: 1, time_zone: 'Asia/Shanghai' } as const
    expect(told(data, '周一 9:00 回复您')).toBe('周一 9:00 回复您')
    expect(told(data)).toBe(texts.event_after_hours)
  })

  it('is silent about what does not concern them', () => {
    for (const event of ['opened', 'requeued', 'taken_over', 'rated', 'invited', 'yet_unknown']) expect(told({ event, to: su } as unknown as Happening)).toBe('')
    expect(happened({ data: null, text: '' }, texts)).toBe('')
  })
})

describe('what the server says', () => {
  it('is a frame or nothing', () => {
    expect(parseFrame('{"t":"queue","position":2,"ahead":1,"estimated_ms":null,"since":3}')).toEqual({ t: 'queue', position: 2, ahead: 1, estimated_ms: null, since: 3 })
    for (const text of ['', 'null', '[]', '{"a":1}', '{']) expect(parseFrame(text)).toBeUndefined()
  })

  it('names a reason one can do something about', () => {
    expect(['limited', 'too_long', 'conversations.channel_paused', 'too_many_marks'].map((code) => refusal(code, texts))).toEqual([texts.limited, texts.too_long, texts.absent, texts.refused])
  })
})
