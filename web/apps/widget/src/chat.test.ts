import { describe, expect, it } from 'vitest'
import { begin, type Chat, greet, hear, retry, write } from './chat'
import type { Message, ServerFrame } from './frames'

const message = (seq: number, over: Partial<Message> = {}): Message => ({ id: `msg_${seq}`, seq, client_id: `c${seq}`, author: 'agent', author_name: '苏禾', kind: 'text', text: String(seq), at: seq, ...over })
const ready = (seq = 0, messages: Message[] = [], conversation = 'cnv_1'): ServerFrame => ({ t: 'ready', token: 'tok', conversation: { id: conversation, agent_read_seq: 0 }, customer: 'cus_1', seq, messages })
const posted = (one: Message): ServerFrame => ({ t: 'fact', seq: one.seq, kind: 'message.posted', at: one.at, data: one })
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
    expect(hear(begin(null), { t: 'error', code: 'not_found' }).chat.phase).toBe('absent')
    expect(hear(hear(begin(null), ready()).chat, { t: 'error', code: 'not_found' }).chat.phase).toBe('ready')
  })

  it('opens the next conversation with a hello that has no past', () => {
    let { chat } = hear(begin(null), ready(5, [message(5)]))
    chat = hear(chat, { t: 'fact', seq: 6, kind: 'message.read', at: 6, data: { by: 'agent', seq: 5 } }).chat
    chat = hear(chat, { t: 'closed' }).chat
    expect(greet(chat, 'chn_1')).toEqual({ t: 'hello', channel: 'chn_1', token: 'tok' })
    chat = hear(chat, ready(1, [message(6)], 'cnv_2')).chat
    expect([chat.phase, chat.seq, chat.agentRead, texts(chat)]).toEqual(['ready', 1, 0, ['5', '6']])
  })
})
