import type { Message } from '@zhike/api'
import { describe, expect, it } from 'vitest'
import { EMPTY_TRANSCRIPT, hear, jump, logbook, markRead, merge, type Pending, refresh, settle } from './transcript'

const message = (seq: number, over: Partial<Message> = {}): Message => ({
  id: `msg_${seq}`, conversation_id: 'cnv_1', seq, client_id: `c${seq}`, author: 'customer', author_id: null, author_name: '',
  kind: 'text', text: String(seq), file_id: null, at: seq * 60_000, staff_only: false, quote_seq: null, data: null, edited_at: null, recalled_at: null, ...over,
})
const seqs = (list: readonly Message[]) => list.map(({ seq }) => seq)
const pending = (client_id: string): Pending => ({ client_id, conversation_id: 'cnv_1', text: '', written_at: 0, state: 'sending' })

describe('a transcript', () => {
  it('keeps each message once, in order, whatever way it came', () => {
    let transcript = merge(EMPTY_TRANSCRIPT, [message(3), message(1)])
    transcript = merge(transcript, [message(2), message(3)])
    expect(seqs(transcript.messages)).toEqual([1, 2, 3])
    expect(merge(transcript, [message(2)])).toBe(transcript)
  })

  it('takes the latest, and lets go of what does not join on', () => {
    const old = merge(EMPTY_TRANSCRIPT, [message(1), message(2)])
    expect(seqs(refresh(old, [message(2), message(5)], true).messages)).toEqual([1, 2, 5])
    expect(refresh(old, [message(2), message(5)], true).hasEarlier).toBe(false)
    const far = refresh(old, [message(8), message(9)], true)
    expect([seqs(far.messages), far.hasEarlier]).toEqual([[8, 9], true])
  })

  it('takes an edit or a recall in place of what was said, whichever comes first', () => {
    const said = merge(EMPTY_TRANSCRIPT, [message(1), message(2)])
    const edited = hear(said, message(1, { text: 'b', edited_at: 9 }))
    expect(edited.messages.map(({ text }) => text)).toEqual(['b', '2'])
    expect(hear(edited, message(1))).toBe(edited)
    expect(hear(edited, message(1, { text: '', edited_at: 9, recalled_at: 12 })).messages[0]?.recalled_at).toBe(12)
  })

  it('at an older place hears only of what is there', () => {
    const there = jump(merge(EMPTY_TRANSCRIPT, [message(90)]), [message(4), message(5)], true, true)
    expect(hear(there, message(91))).toBe(there)
    expect(refresh(there, [message(90), message(91)], true)).toBe(there)
    expect(seqs(refresh(there, [message(5), message(6)], true).messages)).toEqual([4, 5, 6])
  })

  it('reads forward only', () => {
    const read = markRead(EMPTY_TRANSCRIPT, 4)
    expect(markRead(read, 2)).toBe(read)
  })

  it('lets go of what arrived', () => {
    const waiting = [pending('c1'), pending('c9')]
    expect(settle(waiting, [message(1)]).map(({ client_id }) => client_id)).toEqual(['c9'])
    expect(settle(waiting, [message(5)])).toBe(waiting)
  })

  it('heads each day, and shows a time where it changes', () => {
    const at = (seq: number, ms: number) => message(seq, { at: ms })
    const entries = logbook([at(1, 0), at(2, 30_000), at(3, 60_000), at(4, 86_400_000)], [pending('x')], (ms) => String(Math.floor(ms / 86_400_000)))
    expect(entries.map((entry) => (entry.kind === 'message' ? `${entry.message.seq}${entry.showTime ? '*' : ''}` : entry.kind))).toEqual(['day', '1*', '2', '3*', 'day', '4*', 'pending'])
  })
})
