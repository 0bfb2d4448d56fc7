import type { ClientFrame, Conversation, Happening, Message, Problem, Queue, Rating, ServerFrame, Who } from './frames'
import { reason } from './told'

/**
 * The visitor's chat as a pure reducer. Invariants: a message is shown once, whatever
 * arrives twice; a written message stays in `pending` until the server acknowledged or
 * refused it, and is sent again under the same client id after every `ready`.
 */
export interface Chat {
  /**
   * `absent`: there is no such channel, `stranger`: the site must say who this is; nothing more is
   * tried. `unanswered`: what is asked before the talk must be answered first.
   */
  phase: 'idle' | 'connecting' | 'ready' | 'lost' | 'closed' | 'absent' | 'stranger' | 'unanswered'
  token: string | null
  customer: string | null
  /** The open one, or the last one once it is over. */
  conversation: string | null
  state: Conversation['state'] | null
  openedAt: number
  closedAt: number
  /** The last fact known: where a reconnect resumes. */
  seq: number
  messages: readonly Message[]
  pending: readonly Pending[]
  /** How far the other side has read. */
  agentRead: number
  /** How far the visitor has read, in this tab or another. */
  customerRead: number
  agentName: string | null
  /** Who types, and since when. */
  typing: { name: string; at: number } | null
  queue: Queue | null
  rating: (Rating & { sent: boolean }) | null
}

export interface Pending {
  client_id: string
  text: string
  written_at: number
  quote_seq?: number
  file_id?: string
  refused?: string
}

export interface Step {
  chat: Chat
  send: ClientFrame[]
}

export function begin(token: string | null, pending: readonly Pending[] = [], conversation: string | null = null): Chat {
  return {
    phase: 'idle',
    token,
    customer: null,
    conversation,
    state: null,
    openedAt: 0,
    closedAt: 0,
    seq: 0,
    messages: [],
    pending,
    agentRead: 0,
    customerRead: 0,
    agentName: null,
    typing: null,
    queue: null,
    rating: null,
  }
}

/** The socket stands: say who we are. Words written after the end want a conversation without a past. */
export function greet(chat: Chat, channel: string, who: Who = {}): ClientFrame {
  const next = chat.phase === 'closed' && chat.pending.some((one) => !one.refused)
  const back = chat.conversation && !next ? { conversation: chat.conversation, ...(chat.seq > 0 ? { since: chat.seq } : {}) } : {}
  return { t: 'hello', channel, ...(chat.token ? { token: chat.token } : {}), ...back, ...who }
}

/** The visitor wrote something. */
export function write(chat: Chat, pending: Pending): Step {
  const next = { ...chat, pending: [...chat.pending, pending] }
  return { chat: next, send: chat.phase === 'ready' ? [asSend(pending)] : [] }
}

/** The visitor asks to send a refused message once more. */
export function retry(chat: Chat, clientId: string): Step {
  const pending = chat.pending.map(({ refused, ...one }) => (one.client_id === clientId || !refused ? one : { ...one, refused }))
  return { chat: { ...chat, pending }, send: chat.phase === 'ready' ? pending.filter((one) => one.client_id === clientId).map(asSend) : [] }
}

/** The visitor gives up a refused message. */
export const discard = (chat: Chat, clientId: string): Chat => ({ ...chat, pending: chat.pending.filter((one) => one.client_id !== clientId) })

/** The visitor rates; what could not be sent goes with the next `ready`. */
export function rate(chat: Chat, rating: Rating): Step {
  return { chat: { ...chat, rating: { ...rating, sent: false } }, send: [rated(rating)] }
}

/** Takes one frame of the server. */
export function hear(chat: Chat, frame: ServerFrame): Step {
  switch (frame.t) {
    case 'ready':
      return takeReady(chat, frame)
    case 'ack':
      return quiet(acknowledge(chat, frame))
    case 'refused': {
      const pending = chat.pending.map((one) => (one.client_id === frame.client_id ? { ...one, refused: reason(frame.code, frame.params) } : one))
      return quiet({ ...chat, pending })
    }
    case 'fact':
      // What is left over from the conversation before says nothing about this one.
      if (chat.conversation && frame.topic !== `conversation:${chat.conversation}`) return quiet(chat)
      return quiet(takeFact(chat, frame))
    case 'queue':
      return quiet({ ...chat, queue: chat.state === 'queued' ? { position: frame.position, ahead: frame.ahead, estimated_ms: frame.estimated_ms ?? null, since: frame.since } : null })
    case 'rated':
      return quiet({ ...chat, rating: chat.rating && { ...chat.rating, sent: true } })
    case 'error':
      return quiet(takeError(chat, frame))
    default:
      return quiet(chat)
  }
}

const quiet = (chat: Chat): Step => ({ chat, send: [] })

function takeError(chat: Chat, { code, params }: Extract<ServerFrame, { t: 'error' }>): Chat {
  if (code === 'identity_required' || code === 'identity_refused') return { ...chat, phase: 'stranger' }
  const problems = Array.isArray(params) ? (params as Problem[]) : []
  // The answers before the talk were not taken: they are asked again.
  if (code === 'invalid' && (chat.phase === 'connecting' || problems.some(({ field }) => field.startsWith('fields')))) return { ...chat, phase: 'unanswered' }
  // No such channel, or not for the page we are in.
  if ((code === 'not_found' || code === 'forbidden') && chat.phase === 'connecting') return { ...chat, phase: 'absent' }
  if (!chat.rating || chat.rating.sent) return chat
  // Too late to be changed: what was said before stands. One that says nothing is not kept.
  if (code === 'conversations.rated') return { ...chat, rating: { ...chat.rating, sent: true } }
  return code === 'invalid' ? { ...chat, rating: null } : chat
}

function takeReady(chat: Chat, frame: Extract<ServerFrame, { t: 'ready' }>): Step {
  const { conversation } = frame
  // Another conversation than before: its numbers begin anew, the old words stay on screen above.
  const same = chat.conversation === null || chat.conversation === conversation?.id
  const over = conversation?.state === 'closed'
  const known: Chat = {
    ...chat,
    phase: over ? 'closed' : 'ready',
    token: frame.token,
    customer: frame.customer,
    conversation: conversation?.id ?? null,
    state: conversation?.state ?? null,
    openedAt: conversation?.opened_at ?? 0,
    closedAt: conversation?.closed_at ?? 0,
    seq: Math.max(same ? chat.seq : 0, frame.seq),
    agentRead: Math.max(same ? chat.agentRead : 0, conversation?.agent_read_seq ?? 0),
    customerRead: Math.max(same ? chat.customerRead : 0, conversation?.customer_read_seq ?? 0),
    queue: conversation?.state === 'queued' && frame.queue ? { ...frame.queue, estimated_ms: frame.queue.estimated_ms ?? null } : null,
    rating: conversation?.rating ? { ...ratingOf(conversation.rating), sent: true } : same ? chat.rating : null,
    typing: null,
  }
  const merged = mergeMessages(known, frame.messages)
  const next = { ...merged, agentName: conversation?.assignee_name ?? merged.agentName }
  const unrated: ClientFrame[] = next.rating && !next.rating.sent ? [rated(next.rating)] : []
  return { chat: next, send: [...unrated, ...(over ? [] : next.pending.filter((one) => !one.refused).map(asSend))] }
}

/** What the server leaves out is null here. */
const ratingOf = ({ solved, score, tags, comment }: Partial<Rating>): Rating => ({ solved: solved ?? null, score: score ?? null, tags: tags ?? [], comment: comment ?? '' })

const rated = ({ solved, score, tags, comment }: Rating): ClientFrame => ({ t: 'rate', solved, score, tags, comment })

function acknowledge(chat: Chat, ack: Extract<ServerFrame, { t: 'ack' }>): Chat {
  const sent = chat.pending.find((one) => one.client_id === ack.client_id)
  if (!sent) return chat
  const { text, file_id, quote_seq } = sent
  const message: Message = { id: ack.id, conversation_id: chat.conversation ?? '', seq: ack.seq, client_id: ack.client_id, author: 'customer', author_name: '', kind: file_id ? 'file' : 'text', text, file_id, quote_seq, at: ack.at }
  return mergeMessages(chat, [message])
}

function takeFact(chat: Chat, fact: Extract<ServerFrame, { t: 'fact' }>): Chat {
  const next = { ...chat, seq: Math.max(chat.seq, fact.seq) }
  switch (fact.kind) {
    case 'message.posted':
      return mergeMessages(moved(next, fact.data), [fact.data])
    case 'message.edited':
    case 'message.recalled':
      return change(next, fact.data, fact)
    case 'message.read': {
      const read = fact.data
      return read.by === 'agent' ? { ...next, agentRead: Math.max(chat.agentRead, read.seq) } : { ...next, customerRead: Math.max(chat.customerRead, read.seq) }
    }
    case 'agent.typing':
      return { ...chat, typing: { name: fact.data.name || (chat.agentName ?? ''), at: fact.at } }
    case 'conversation.assigned':
      return { ...next, state: 'active', queue: null, agentName: fact.data.assignee_name || chat.agentName }
    case 'conversation.requeued':
      return { ...next, state: 'queued', agentName: null }
    case 'conversation.left_message':
      return { ...next, state: 'message', queue: null }
    case 'conversation.closed':
      return { ...ended(next), closedAt: fact.at }
    default:
      return next
  }
}

/** Passed on to a queue, it waits again. */
function moved(chat: Chat, { kind, data }: Message): Chat {
  const happening = kind === 'event' ? (data as Happening | null) : null
  return happening?.event === 'transferred' && !happening.to ? { ...chat, state: 'queued', agentName: null } : chat
}

/** An edited message has new words, a recalled one none. Which one: by its number. */
function change(chat: Chat, changed: Partial<Message>, fact: { kind: string; at: number }): Chat {
  const recalled = fact.kind === 'message.recalled' ? { text: '', data: null, recalled_at: fact.at } : { edited_at: fact.at }
  const messages = chat.messages.map((message) => (message.seq === changed.seq && message.conversation_id === chat.conversation ? { ...message, ...changed, ...recalled } : message))
  return { ...chat, messages }
}

/** The conversation is over: the visitor's next word opens another. */
const ended = (chat: Chat): Chat => ({ ...chat, phase: 'closed', state: 'closed', queue: null, typing: null, closedAt: chat.closedAt || Date.now() })

/** Adds messages once each, by id; what was pending under their client id has arrived. */
function mergeMessages(chat: Chat, incoming: readonly Message[]): Chat {
  const known = new Set(chat.messages.map(({ id }) => id))
  const fresh = incoming.filter(({ id }) => !known.has(id))
  const arrived = new Set(incoming.map((message) => message.client_id))
  const messages = fresh.length > 0 ? [...chat.messages, ...fresh].sort((a, b) => a.at - b.at || a.seq - b.seq) : chat.messages
  const agent = fresh.findLast(({ author }) => author === 'agent')
  return { ...chat, messages, agentName: agent?.author_name ?? chat.agentName, typing: agent ? null : chat.typing, pending: chat.pending.filter((one) => !arrived.has(one.client_id)) }
}

/** What the visitor has not read. */
export const unread = (chat: Chat): number => chat.messages.filter((one) => one.author !== 'customer' && one.kind !== 'event' && !one.recalled_at && one.conversation_id === chat.conversation && one.seq > chat.customerRead).length

const asSend = ({ client_id, text, quote_seq, file_id }: Pending): ClientFrame => ({ t: 'send', client_id, text, ...(file_id ? { file_id } : {}), ...(quote_seq ? { quote_seq } : {}) })
