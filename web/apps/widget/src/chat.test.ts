import { describe, expect, it } from 'vitest'
import { begin, type Chat, discard, greet, hear, rate, retry, unread, write } from './chat'
import type { Conversation, Message, ServerFrame } from './frames'

const message = (seq: number, over: Partial<Message> = {}): Message => ({ id: `msg_${seq}`, conversation_id: 'cnv_1', seq, client_id: `c${seq}`, author: 'agent', author_name: '苏禾', kind: 'text', text: String(seq), at: seq, ...over })
const talk = (over: Partial<Conversation> = {}): Conversation => ({ id: 'cnv_1', state: 'queued', assignee_name: null, agent_read_seq: 0, customer_read_seq: 0, opened_at: 1, closed_at: null, ...over })
const ready = (seq = 0, messages: Message[] = [], conversation = 'cnv_1'): ServerFrame => ({ t: 'ready', token: 'tok', conversation: talk({ id: conversation }), customer: 'cus_1', seq, messages })
const posted = (one: Message): ServerFrame => ({ t: 'fact', seq: one.seq, kind: 'message.posted', at: one.at, data: one })
const closed: ServerFrame = { t: 'fact', seq: 0, kind: 'conversation.closed', at: 9, data: {} }
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
    chat = hear(chat, { t: 'refused', client_id: 'a', code: 'too_long' }).chat
    expect(hear(chat, ready()).send).toEqual([])
    expect(retry(chat, 'a').send).toEqual([{ t: 'send', client_id: 'a', text: 'a' }])
  })

  it('drops duplicates and follows reading', () => {
    let { chat } = hear(begin(null), ready())
    for (const one of [message(1), message(1), message(2)]) chat = hear(chat, posted(one)).chat
    chat = hear(chat, { t: 'fact', seq: 3, kind: 'message.read', at: 3, data: { by: 'agent', seq: 2 } }).chat
    expect([texts(chat), chat.seq, chat.agentRead, chat.agentName]).toEqual([['1', '2'], 3, 2, '苏禾'])
  })

  it('stops where there is no such channel', () => {
    expect(hear({ ...begin(null), phase: 'connecting' }, { t: 'error', code: 'not_found' }).chat.phase).toBe('absent')
    expect(hear(hear(begin(null), ready()).chat, { t: 'error', code: 'not_found' }).chat.phase).toBe('ready')
  })

  it('opens the next conversation with a hello that has no past', () => {
    let { chat } = hear(begin(null), ready(5, [message(5)]))
    chat = hear(chat, { t: 'fact', seq: 6, kind: 'message.read', at: 6, data: { by: 'agent', seq: 5 } }).chat
    chat = hear(chat, closed).chat
    // To rate, one comes back to it; to write, one leaves it behind.
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok', conversation: 'cnv_1', since: 6 })
    chat = write(chat, pending('b')).chat
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok' })
    chat = hear(chat, ready(1, [message(6, { id: 'msg_61', conversation_id: 'cnv_2', seq: 1, client_id: 'b' })], 'cnv_2')).chat
    expect([chat.phase, chat.seq, chat.agentRead, texts(chat)]).toEqual(['ready', 1, 0, ['5', '6']])
  })

  it('comes back to a conversation that is over, and sends nothing into it', () => {
    const over: ServerFrame = { t: 'ready', token: 'tok', conversation: talk({ state: 'closed', closed_at: 9 }), customer: 'cus_1', seq: 4, messages: [message(3)] }
    const { chat, send } = hear(begin('tok', [pending('a')], 'cnv_1'), over)
    expect([chat.phase, chat.closedAt, send]).toEqual(['closed', 9, []])
  })

  it('rates once the line stands, and knows when it is kept', () => {
    const rating = { solved: true, score: 4, tags: ['回复及时'], comment: '' }
    let { chat } = rate(hear(hear(begin(null), ready()).chat, closed).chat, rating)
    const again = hear(chat, { t: 'ready', token: 'tok', conversation: talk({ state: 'closed' }), customer: 'cus_1', seq: 4, messages: [] })
    expect(again.send).toEqual([{ t: 'rate', ...rating }])
    chat = hear(again.chat, { t: 'rated' }).chat
    expect(chat.rating?.sent).toBe(true)
  })

  it('shows new words of an edited message and none of a recalled one', () => {
    let { chat } = hear(begin(null), ready(2, [message(1), message(2)]))
    chat = hear(chat, { t: 'fact', seq: 3, kind: 'message.edited', at: 30, data: { ...message(1), text: '改' } }).chat
    chat = hear(chat, { t: 'fact', seq: 4, kind: 'message.recalled', at: 40, data: { seq: 2 } }).chat
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
    chat = hear(chat, { t: 'fact', seq: 5, kind: 'message.read', at: 5, data: { by: 'customer', seq: 1 } }).chat
    expect(unread(chat)).toBe(1)
  })

  it('waits in the queue until somebody takes it', () => {
    let { chat } = hear(begin(null), ready())
    chat = hear(chat, { t: 'queue', position: 3, ahead: 2, estimated_ms: 60_000, since: 1 }).chat
    expect(chat.queue?.position).toBe(3)
    expect(hear(chat, { t: 'ready', token: 'tok', conversation: talk(), customer: 'cus_1', seq: 0, messages: [], queue: { position: 2, ahead: 1, estimated_ms: null, since: 1 } }).chat.queue?.position).toBe(2)
    chat = hear(chat, { t: 'fact', seq: 1, kind: 'conversation.assigned', at: 1, data: { assignee_name: '苏禾' } }).chat
    expect([chat.queue, chat.state, chat.agentName]).toEqual([null, 'active', '苏禾'])
    // A place that was on its way is of yesterday.
    expect(hear(chat, { t: 'queue', position: 2, ahead: 1, estimated_ms: null, since: 1 }).chat.queue).toBeNull()
  })

  it('keeps typing out of the numbers, and ends it with the words', () => {
    let { chat } = hear(begin(null), ready(7, []))
    chat = hear(chat, { t: 'fact', seq: 0, kind: 'agent.typing', at: 5, data: { name: '苏禾' } }).chat
    expect([chat.seq, chat.typing?.name]).toEqual([7, '苏禾'])
    expect(hear(chat, posted(message(8))).chat.typing).toBeNull()
  })

  it('tries no further when the site must say who this is', () => {
    expect(hear({ ...begin(null), phase: 'connecting' }, { t: 'error', code: 'identity_required' }).chat.phase).toBe('stranger')
  })

  it('lets a refused message go', () => {
    let { chat } = hear(write(begin(null), pending('a')).chat, ready())
    chat = discard(hear(chat, { t: 'refused', client_id: 'a', code: 'too_long' }).chat, 'a')
    expect(chat.pending).toEqual([])
  })

  it('takes no fact of another conversation for one of this', () => {
    const { chat } = hear(begin(null), ready(7, []))
    expect(hear(chat, { t: 'fact', topic: 'conversation:cnv_0', seq: 99, kind: 'message.posted', at: 1, data: message(99) }).chat.seq).toBe(7)
  })
})
