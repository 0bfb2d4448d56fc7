import { describe, expect, it } from 'vitest'
import { begin, type Chat, discard, greet, hear, rate, retry, unread, write } from './chat'
import type { Conversation, Message, ServerFrame } from './frames'

const message = (seq: number, over: Partial<Message> = {}): Message => ({ id: `msg_${seq}`, conversation_id: 'cnv_1', seq, client_id: `c${seq}`, author: 'agent', author_name: '苏禾', kind: 'text', text: String(seq), at: seq, ...over })
const talk = (over: Partial<Conversation> = {}): Conversation => ({ id: 'cnv_1', state: 'queued', assignee_name: null, last_seq: 0, agent_read_seq: 0, customer_read_seq: 0, opened_at: 1, closed_at: null, rating: null, after_hours: false, ...over })
const TOPIC = 'conversation:cnv_1'
const readyWith = (conversation: Conversation | null, over: object = {}): ServerFrame => ({ t: 'ready', token: 'tok', conversation, customer: 'cus_1', name: '', identified: false, seq: 0, messages: [], queue: null, ...over })
const ready = (seq = 0, messages: Message[] = [], conversation = 'cnv_1') => readyWith(talk({ id: conversation }), { seq, messages })
/** A fact with as much of its data as a test is about. */
const fact = (told: { topic: string; seq: number; kind: string; at: number; data: object }) => ({ t: 'fact', ...told }) as ServerFrame
const posted = (one: Message) => fact({ topic: `conversation:${one.conversation_id}`, seq: one.seq, kind: 'message.posted', at: one.at, data: one })
const closed = fact({ topic: TOPIC, seq: 0, kind: 'conversation.closed', at: 9, data: {} })
const texts = (chat: Chat) => chat.messages.map(({ text }) => text)
const pending = (client_id: string) => ({ client_id, text: client_id, written_at: 1 })

describe('the visitor’s chat', () => {
  it('says who it is, and where it stopped', () => {
    expect(greet(begin(null), 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1' })
    const { chat } = hear(begin(null), ready(7, [message(7)]))
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok', conversation: 'cnv_1', since: 7 })
  })

  it('sends what was written before the line stood, under the same id each time', () => {
    const written = write(begin(null), pending('a'))
    expect(written.send).toEqual([])
    expect(hear(written.chat, ready()).send).toEqual([{ t: 'send', client_id: 'a', text: 'a' }])
    const again = hear({ ...hear(written.chat, ready()).chat, phase: 'lost' }, ready())
    expect(again.send).toEqual([{ t: 'send', client_id: 'a', text: 'a' }])
  })

  it('gives up its place in the queue and goes on as a message', () => {
    const place = { position: 3, ahead: 2, estimated_ms: null, since: 1 }
    const { chat } = hear(begin(null), readyWith(talk(), { queue: place }))
    const left = hear(chat, fact({ topic: TOPIC, seq: 1, kind: 'conversation.left_message', at: 2, data: {} })).chat
    expect([left.state, left.queue, left.phase]).toEqual(['message', null, 'ready'])
    expect(hear(left, { t: 'queue', ...place }).chat.queue).toBeNull()
  })

  it('shows an acknowledged message once, though the fact follows', () => {
    let { chat } = hear(write(begin(null), pending('a')).chat, ready())
    chat = hear(chat, { t: 'ack', client_id: 'a', seq: 1, id: 'msg_1', at: 1 }).chat
    chat = hear(chat, posted(message(1, { author: 'customer', client_id: 'a', text: 'a' }))).chat
    expect(texts(chat)).toEqual(['a'])
    expect(chat.pending).toEqual([])
  })

  it('keeps a message whose acknowledgement was lost with the line', () => {
    let { chat } = hear(write(begin(null), pending('a')).chat, ready())
    chat = hear(chat, ready(1, [message(1, { author: 'customer', client_id: 'a', text: 'a' })])).chat
    expect([texts(chat), chat.pending]).toEqual([['a'], []])
  })

  it('does not send a refused message again by itself', () => {
    let { chat } = hear(write(begin(null), pending('a')).chat, ready())
    chat = hear(chat, { t: 'refused', client_id: 'a', code: 'invalid', params: [{ field: 'text', code: 'too_long', params: { max: 5000 } }] }).chat
    expect(hear(chat, ready()).send).toEqual([])
    expect(retry(chat, 'a').send).toEqual([{ t: 'send', client_id: 'a', text: 'a' }])
  })

  it('drops duplicates and follows reading', () => {
    let { chat } = hear(begin(null), ready())
    for (const one of [message(1), message(1), message(2)]) chat = hear(chat, posted(one)).chat
    chat = hear(chat, fact({ topic: TOPIC, seq: 3, kind: 'message.read', at: 3, data: { by: 'agent', seq: 2 } })).chat
    expect([texts(chat), chat.seq, chat.agentRead, chat.agentName]).toEqual([['1', '2'], 3, 2, '苏禾'])
  })

  it('stops where there is no such channel', () => {
    expect(hear({ ...begin(null), phase: 'connecting' }, { t: 'error', code: 'not_found' }).chat.phase).toBe('absent')
    expect(hear(hear(begin(null), ready()).chat, { t: 'error', code: 'not_found' }).chat.phase).toBe('ready')
  })

  it('opens the next conversation with a hello that has no past', () => {
    let { chat } = hear(begin(null), ready(5, [message(5)]))
    chat = hear(chat, fact({ topic: TOPIC, seq: 6, kind: 'message.read', at: 6, data: { by: 'agent', seq: 5 } })).chat
    chat = hear(chat, closed).chat
    // To rate, one comes back to it; to write, one leaves it behind.
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok', conversation: 'cnv_1', since: 6 })
    chat = write(chat, pending('b')).chat
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok' })
    chat = hear(chat, ready(1, [message(6, { id: 'msg_61', conversation_id: 'cnv_2', seq: 1, client_id: 'b' })], 'cnv_2')).chat
    expect([chat.phase, chat.seq, chat.agentRead, texts(chat)]).toEqual(['ready', 1, 0, ['5', '6']])
  })

  it('comes back to a conversation that is over, and sends nothing into it', () => {
    const over: ServerFrame = readyWith(talk({ state: 'closed', closed_at: 9 }), { seq: 4, messages: [message(3)] })
    const { chat, send } = hear(begin('tok', [pending('a')], 'cnv_1'), over)
    expect([chat.phase, chat.closedAt, send]).toEqual(['closed', 9, []])
  })

  it('rates once the line stands, and knows when it is kept', () => {
    const rating = { solved: true, score: 4, tags: ['回复及时'], comment: '' }
    let { chat } = rate(hear(hear(begin(null), ready()).chat, closed).chat, rating)
    const again = hear(chat, readyWith(talk({ state: 'closed' }), { seq: 4, messages: [] }))
    expect(again.send).toEqual([{ t: 'rate', ...rating }])
    chat = hear(again.chat, { t: 'rated' }).chat
    expect(chat.rating?.sent).toBe(true)
  })

  it('shows new words of an edited message and none of a recalled one', () => {
    let { chat } = hear(begin(null), ready(2, [message(1), message(2)]))
    chat = hear(chat, fact({ topic: TOPIC, seq: 3, kind: 'message.edited', at: 30, data: { ...message(1), text: '改' } })).chat
    chat = hear(chat, fact({ topic: TOPIC, seq: 4, kind: 'message.recalled', at: 40, data: { seq: 2 } })).chat
    expect(chat.messages.map(({ text, edited_at, recalled_at }) => [text, edited_at, recalled_at])).toEqual([
      ['改', 30, undefined],
      ['', undefined, 40],
    ])
    expect(chat.seq).toBe(4)
  })

  it('counts what was not read, here or in another tab', () => {
    let { chat } = hear(begin(null), ready())
    for (const one of [message(1), message(2), message(3, { author: 'customer' }), message(4, { author: 'system', kind: 'event' })]) chat = hear(chat, posted(one)).chat
    expect(unread(chat)).toBe(2)
    chat = hear(chat, fact({ topic: TOPIC, seq: 5, kind: 'message.read', at: 5, data: { by: 'customer', seq: 1 } })).chat
    expect(unread(chat)).toBe(1)
  })

  it('waits in the queue until somebody takes it', () => {
    let { chat } = hear(begin(null), ready())
    chat = hear(chat, { t: 'queue', position: 3, ahead: 2, estimated_ms: 60_000, since: 1 }).chat
    expect(chat.queue?.position).toBe(3)
    expect(hear(chat, readyWith(talk(), { seq: 0, messages: [], queue: { position: 2, ahead: 1, estimated_ms: null, since: 1 } })).chat.queue?.position).toBe(2)
    chat = hear(chat, fact({ topic: TOPIC, seq: 1, kind: 'conversation.assigned', at: 1, data: { assignee_name: '苏禾' } })).chat
    expect([chat.queue, chat.state, chat.agentName]).toEqual([null, 'active', '苏禾'])
    // A place that was on its way is of yesterday.
    expect(hear(chat, { t: 'queue', position: 2, ahead: 1, estimated_ms: null, since: 1 }).chat.queue).toBeNull()
  })

  it('keeps typing out of the numbers, and ends it with the words', () => {
    let { chat } = hear(begin(null), ready(7, []))
    chat = hear(chat, fact({ topic: TOPIC, seq: 0, kind: 'agent.typing', at: 5, data: { name: '苏禾' } })).chat
    expect([chat.seq, chat.typing?.name]).toEqual([7, '苏禾'])
    expect(hear(chat, posted(message(8))).chat.typing).toBeNull()
  })

  it('tries no further when the site must say who this is', () => {
    expect(hear({ ...begin(null), phase: 'connecting' }, { t: 'error', code: 'identity_required' }).chat.phase).toBe('stranger')
  })

  it('lets a refused message go', () => {
    let { chat } = hear(write(begin(null), pending('a')).chat, ready())
    chat = discard(hear(chat, { t: 'refused', client_id: 'a', code: 'invalid', params: [{ field: 'text', code: 'too_long', params: { max: 5000 } }] }).chat, 'a')
    expect(chat.pending).toEqual([])
  })

  it('takes no fact of another conversation for one of this', () => {
    const { chat } = hear(begin(null), ready(7, []))
    expect(hear(chat, fact({ topic: 'conversation:cnv_0', seq: 99, kind: 'message.posted', at: 1, data: message(99) })).chat.seq).toBe(7)
  })

  it('asks again what was not answered well, whenever the server says so', () => {
    const bad: ServerFrame = { t: 'error', code: 'invalid', params: [{ field: 'fields.phone', code: 'malformed', params: {} }] }
    expect(hear({ ...begin(null), phase: 'connecting' }, bad).chat.phase).toBe('unanswered')
    // Introduced anew, with other answers.
    expect(hear(hear(begin(null), ready()).chat, bad).chat.phase).toBe('unanswered')
    expect(hear(hear(begin(null), ready()).chat, { t: 'error', code: 'invalid', params: [{ field: 'seq', code: 'unknown', params: {} }] }).chat.phase).toBe('ready')
  })

  it('keeps why a message was refused: the fault of its field, or the code', () => {
    const refused = (code: string, params: unknown) => hear(write(begin(null), pending('a')).chat, { t: 'refused', client_id: 'a', code, params }).chat.pending[0]?.refused
    expect(refused('invalid', [{ field: 'text', code: 'too_many_marks', params: {} }])).toBe('too_many_marks')
    expect(refused('limited', { retry_after: 1 })).toBe('limited')
    expect(refused('conversations.channel_paused', null)).toBe('conversations.channel_paused')
  })

  it('comes back with the rating that was kept, and sends of it what the server takes', () => {
    const kept = { solved: true, score: 4, tags: ['回复及时'], comment: '', at: 7 }
    const { chat } = hear(begin('tok', [], 'cnv_1'), readyWith(talk({ state: 'closed', closed_at: 9, rating: kept })))
    expect(chat.rating).toMatchObject({ score: 4, sent: true })
    const again = rate(chat, { ...chat.rating!, score: 2 })
    expect(again.send).toEqual([{ t: 'rate', solved: true, score: 2, tags: ['回复及时'], comment: '' }])
    // Too late: what was kept stays, and is not sent for ever.
    expect(hear(again.chat, { t: 'error', code: 'conversations.rated' }).chat.rating?.sent).toBe(true)
    expect(hear(again.chat, { t: 'error', code: 'invalid', params: [{ field: 'score', code: 'out_of_range', params: {} }] }).chat.rating).toBeNull()
  })

  it('waits again when it is passed on to a queue, and does not when to a person', () => {
    const begun = hear(begin(null), readyWith(talk({ state: 'active', assignee_name: '苏禾' }))).chat
    const transferred = (data: object) => hear(begun, posted(message(1, { author: 'system', author_name: '', kind: 'event', text: '', data: { event: 'transferred', from: { id: 'usr_1', name: '苏禾' }, ...data } as Message['data'] }))).chat
    expect(transferred({ queue: { id: 'que_1', name: '售后' } })).toMatchObject({ state: 'queued', agentName: null })
    expect(transferred({ to: { id: 'usr_2', name: '林知夏' } }).state).toBe('active')
    expect(hear(begun, fact({ topic: TOPIC, seq: 1, kind: 'conversation.requeued', at: 1, data: { conversation_id: 'cnv_1', channel_id: 'chn_1', customer_id: 'cus_1', queue_id: null } })).chat.state).toBe('queued')
  })
})
