import type { ClientFrame, Message, ServerFrame } from './frames'

/**
 * The visitor's chat as a pure reducer. Invariants: a message is shown once, whatever
 * arrives twice; a written message stays in `pending` until the server acknowledged or
 * refused it, and is sent again under the same client id after every `ready`.
 */
export interface Chat {
  /** `absent`: there is no such channel; nothing more is tried. */
  phase: 'connecting' | 'ready' | 'lost' | 'closed' | 'absent'
  token: string | null
  conversation: string | null
  /** The last fact known: where a reconnect resumes. */
  seq: number
  messages: readonly Message[]
  pending: readonly Pending[]
  /** How far the other side has read. */
  agentRead: number
  agentName: string | null
}

export interface Pending {
  client_id: string
  text: string
  written_at: number
  refused?: string
}

export interface Step {
  chat: Chat
  send: ClientFrame[]
}

export function begin(token: string | null, pending: readonly Pending[] = []): Chat {
  return { phase: 'connecting', token, conversation: null, seq: 0, messages: [], pending, agentRead: 0, agentName: null }
}

/** The socket stands: say who we are. */
export function greet(chat: Chat, channel: string): ClientFrame {
  return { t: 'hello', channel, ...(chat.token ? { token: chat.token } : {}), ...(chat.conversation && chat.seq > 0 ? { conversation: chat.conversation, since: chat.seq } : {}) }
}

/** The visitor wrote something. */
export function write(chat: Chat, pending: Pending): Step {
  const next = { ...chat, pending: [...chat.pending, pending] }
  return { chat: next, send: chat.phase === 'ready' ? [asSend(pending)] : [] }
}

/** The visitor asks to send a refused message once more. */
export function retry(chat: Chat, clientId: string): Step {
  const pending = chat.pending.map((one) => (one.client_id === clientId ? { client_id: one.client_id, text: one.text, written_at: one.written_at } : one))
  return { chat: { ...chat, pending }, send: chat.phase === 'ready' ? pending.filter((one) => one.client_id === clientId).map(asSend) : [] }
}

/** Takes one frame of the server. */
export function hear(chat: Chat, frame: ServerFrame): Step {
  switch (frame.t) {
    case 'ready':
      return takeReady(chat, frame)
    case 'ack':
      return { chat: acknowledge(chat, frame), send: [] }
    case 'refused': {
      const pending = chat.pending.map((one) => (one.client_id === frame.client_id ? { ...one, refused: frame.code } : one))
      return { chat: { ...chat, pending }, send: [] }
    }
    case 'fact':
      return { chat: takeFact(chat, frame), send: [] }
    case 'closed':
      return { chat: ended(chat), send: [] }
    case 'error':
      return { chat: frame.code === 'not_found' && chat.phase !== 'ready' ? { ...chat, phase: 'absent' } : chat, send: [] }
    default:
      return { chat, send: [] }
  }
}

function takeReady(chat: Chat, frame: Extract<ServerFrame, { t: 'ready' }>): Step {
  // Another conversation than before: its numbers begin anew, the old words stay on screen above.
  const same = chat.conversation === null || chat.conversation === frame.conversation?.id
  const merged = mergeMessages({ ...chat, agentRead: Math.max(same ? chat.agentRead : 0, frame.conversation?.agent_read_seq ?? 0) }, frame.messages)
  const next: Chat = { ...merged, phase: 'ready', token: frame.token, conversation: frame.conversation?.id ?? null, seq: Math.max(same ? chat.seq : 0, frame.seq) }
  return { chat: next, send: next.pending.filter((one) => !one.refused).map(asSend) }
}

function acknowledge(chat: Chat, ack: Extract<ServerFrame, { t: 'ack' }>): Chat {
  const sent = chat.pending.find((one) => one.client_id === ack.client_id)
  if (!sent) return chat
  const message: Message = { id: ack.id, seq: ack.seq, client_id: ack.client_id, author: 'customer', author_name: '', kind: 'text', text: sent.text, at: ack.at }
  return mergeMessages(chat, [message])
}

function takeFact(chat: Chat, fact: Extract<ServerFrame, { t: 'fact' }>): Chat {
  const next = { ...chat, seq: Math.max(chat.seq, fact.seq) }
  if (fact.kind === 'message.posted') return mergeMessages(next, [fact.data as Message])
  if (fact.kind === 'message.read') {
    const read = fact.data as { by: 'customer' | 'agent'; seq: number }
    return read.by === 'agent' ? { ...next, agentRead: Math.max(chat.agentRead, read.seq) } : next
  }
  if (fact.kind === 'conversation.closed') return ended(next)
  return next
}

/** The conversation is over: the next one counts from nothing. */
const ended = (chat: Chat): Chat => ({ ...chat, phase: 'closed', conversation: null, seq: 0, agentRead: 0 })

/** Adds messages once each, by id; what was pending under their client id has arrived. */
function mergeMessages(chat: Chat, incoming: readonly Message[]): Chat {
  const known = new Set(chat.messages.map(({ id }) => id))
  const fresh = incoming.filter(({ id }) => !known.has(id))
  const arrived = new Set(incoming.map((message) => message.client_id))
  const messages = fresh.length > 0 ? [...chat.messages, ...fresh].sort((a, b) => a.at - b.at || a.seq - b.seq) : chat.messages
  const agentName = fresh.findLast(({ author }) => author === 'agent')?.author_name ?? chat.agentName
  return { ...chat, messages, agentName, pending: chat.pending.filter((one) => !arrived.has(one.client_id)) }
}

const asSend = ({ client_id, text }: Pending): ClientFrame => ({ t: 'send', client_id, text })
