import { backoff } from '@zhike/realtime/backoff'
import { begin, type Chat, discard, greet, hear, type Pending, rate, retry, type Step, write } from './chat'
import { type ClientFrame, parseFrame, type Rating, type TrailStep, type Who } from './frames'
import type { Kept } from './protocol'

const PING_EVERY = 25_000
/** Silence for this long after a question means that the line is dead. */
const PATIENCE = 8_000
/** The preview of what is being written goes at most this often, in milliseconds. */
const TYPING_EVERY = 1_200
/** After these the server has said all there is to say. */
const FINAL = new Set<Chat['phase']>(['absent', 'stranger', 'idle', 'unanswered'])

/** What is kept between pages and shared between tabs. */
export interface Memory {
  get(name: Kept): string | null
  set(name: Kept, value: string | null): void
}

/** Who this is, as all tabs know it. */
interface Self {
  token: string
  customer: string
  conversation: string | null
  /** Whether the conversation goes on. */
  open: boolean
}

/** The line between the visitor and the server: one socket, reopened as often as it breaks. */
export class Line {
  chat: Chat
  private who: Who = {}
  private socket: WebSocket | undefined
  private attempt = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined
  private deadline: ReturnType<typeof setTimeout> | undefined
  /** The messages that were unsent here at some time. */
  private readonly mine = new Set<string>()
  private greeting = false
  private steps: TrailStep[] = []
  private typed: { text: string; at: number; timer?: ReturnType<typeof setTimeout> } = { text: '', at: 0 }

  constructor(
    private readonly channel: string,
    private readonly memory: Memory,
    private readonly onChange: (chat: Chat) => void,
  ) {
    const self = parse<Self>(memory.get('self'))
    const unsent = list(memory.get('unsent'))
    for (const { client_id } of unsent) this.mine.add(client_id)
    this.chat = begin(self?.token ?? null, unsent, self?.conversation ?? null)
    for (const [target, name] of wakers()) target.addEventListener(name, this.wake)
    // An open socket does not notice that the network is gone.
    addEventListener('offline', () => this.socket && this.lost())
  }

  /** Opens the line, if it is not open, as `who`. Known already, they are introduced anew. */
  open(who: Who = this.who): void {
    const news = JSON.stringify(who) !== JSON.stringify(this.who)
    this.who = who
    if (this.socket) {
      if (news && this.chat.phase !== 'connecting') this.greet()
      return
    }
    clearTimeout(this.retryTimer)
    this.connect()
  }

  say(text: string, more: Pick<Pending, 'quote_seq' | 'file_id'> = {}): void {
    this.tell('')
    const { phase } = this.chat
    this.apply(write(this.chat, { client_id: newId(), text, written_at: Date.now(), ...more }))
    if (phase === 'idle') return this.open()
    if (phase !== 'closed') return
    // Speaking after the end opens the next conversation; what was written leaves with its `ready`.
    if (this.socket) this.greet()
    else this.connect()
  }

  again(clientId: string): void {
    this.apply(retry(this.chat, clientId))
  }

  giveUp(clientId: string): void {
    this.update(discard(this.chat, clientId))
  }

  read(seq: number): void {
    if (seq <= this.chat.customerRead) return
    // What is over is read here alone.
    if (this.chat.phase === 'ready') this.send({ t: 'read', seq })
    else if (this.chat.phase !== 'closed') return
    this.update({ ...this.chat, customerRead: seq })
  }

  recall(seq: number): void {
    this.send({ t: 'recall', seq })
  }

  rate(rating: Rating): void {
    this.apply(rate(this.chat, rating))
    if (!this.socket) this.connect()
  }

  /** The visitor leaves the queue, or ends the conversation. */
  leave(): void {
    this.send({ t: 'leave' })
  }

  /** The visitor gives up the place in the queue: what was said is a message. */
  stopWaiting(): void {
    this.send({ t: 'stop_waiting' })
  }

  /** The visitor who left a message is there again: they wait. */
  waitAgain(): void {
    this.send({ t: 'wait_again' })
  }

  /** What the visitor did: the last step is news, told at once or with the next greeting. */
  track(trail: TrailStep[]): void {
    this.who = { ...this.who, trail }
    this.steps.push(...trail.slice(-1))
    this.tellSteps()
  }

  /** Between a greeting and its answer the server does not know yet whose steps they are. */
  private tellSteps(): void {
    if (this.greeting || this.chat.phase !== 'ready') return
    for (const step of this.steps.splice(0)) this.send({ t: 'track', ...step })
  }

  move(url: string, title: string): void {
    if (this.chat.phase === 'ready') this.send({ t: 'page', url, title })
  }

  invited(id: string): void {
    this.send({ t: 'invited', id })
  }

  /** What is being written, for whoever answers: they see it coming. */
  tell(text: string): void {
    if (!this.chat.conversation || this.chat.phase !== 'ready') return
    this.typed.text = text
    if (this.typed.timer) return
    const go = () => {
      this.typed = { text: this.typed.text, at: Date.now() }
      this.send({ t: 'typing', text: this.typed.text.slice(0, 500) })
    }
    const wait = this.typed.at + TYPING_EVERY - Date.now()
    if (wait <= 0) go()
    else this.typed.timer = setTimeout(go, wait)
  }

  /** Forgets who this was: the next hello is a stranger's. */
  forget(): void {
    this.memory.set('self', null)
    this.memory.set('unsent', null)
    this.restart(begin(null))
  }

  /** Another tab knows better who this is. The earlier stranger gives way, and who talks stays. */
  heard(kept: string | null): void {
    const mine = this.self()
    const theirs = parse<Self>(kept)
    if (!theirs) {
      if (mine) this.restart(begin(null))
      return
    }
    if (!mine) return this.adopt(theirs)
    const talking = (self: Self) => self.conversation !== null && self.open
    if (theirs.customer === mine.customer && theirs.conversation === mine.conversation) {
      this.chat = { ...this.chat, token: theirs.token }
    } else if (talking(mine)) {
      if (!talking(theirs)) this.memory.set('self', JSON.stringify(mine))
    } else if (talking(theirs) || (theirs.customer !== mine.customer && theirs.customer < mine.customer)) {
      this.adopt(theirs)
    }
  }

  private adopt(self: Self): void {
    const { messages, pending, customer } = this.chat
    const begun = begin(self.token, pending, self.conversation)
    this.restart(customer === self.customer ? { ...begun, messages } : begun)
  }

  private restart(chat: Chat): void {
    const stood = this.chat.phase !== 'idle'
    this.drop()
    clearTimeout(this.retryTimer)
    this.attempt = 0
    this.chat = chat
    this.onChange(chat)
    if (stood) this.connect()
  }

  private connect(): void {
    const { phase } = this.chat
    if (phase !== 'lost' && phase !== 'closed') this.update({ ...this.chat, phase: 'connecting' })
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/widget/ws`)
    this.socket = socket
    this.awaitWord()
    socket.onopen = () => socket === this.socket && this.greet()
    socket.onmessage = (event) => socket === this.socket && this.take(String(event.data))
    socket.onclose = () => socket === this.socket && this.lost()
  }

  private greet(): void {
    this.greeting = true
    this.steps = []
    this.send(greet(this.chat, this.channel, this.who))
    this.awaitWord()
  }

  private take(text: string): void {
    clearTimeout(this.deadline)
    const frame = parseFrame(text)
    if (!frame) return
    if (frame.t === 'ready') {
      this.attempt = 0
      clearInterval(this.pingTimer)
      this.pingTimer = setInterval(() => this.ping(), PING_EVERY)
    }
    this.apply(hear(this.chat, frame))
    if (frame.t === 'ready' || frame.t === 'error') {
      this.greeting = false
      this.tellSteps()
    }
    // Not taken for now, for too many came from here: another time.
    if (frame.t === 'error' && this.chat.phase === 'connecting') this.lost()
    // Written while the conversation ended: it opens the next.
    if (frame.t === 'ready' && this.chat.phase === 'closed' && this.chat.pending.some((one) => !one.refused)) this.greet()
  }

  private lost(): void {
    this.drop()
    clearTimeout(this.retryTimer)
    const { chat } = this
    if (FINAL.has(chat.phase)) return
    // A hello would open a new conversation: after the end only the visitor's next word does.
    if (chat.phase === 'closed' && chat.pending.length === 0 && chat.rating?.sent !== false) return
    if (chat.phase !== 'closed') this.update({ ...chat, phase: 'lost', typing: null })
    this.retryTimer = setTimeout(() => this.connect(), backoff(this.attempt))
    this.attempt += 1
  }

  private ping(): void {
    this.send({ t: 'ping' })
    this.awaitWord()
  }

  private awaitWord(): void {
    clearTimeout(this.deadline)
    this.deadline = setTimeout(() => this.lost(), PATIENCE)
  }

  private drop(): void {
    clearInterval(this.pingTimer)
    clearTimeout(this.deadline)
    const socket = this.socket
    this.socket = undefined
    socket?.close()
  }

  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden') return
    if (this.socket?.readyState === WebSocket.OPEN) return this.ping()
    if (this.socket || this.chat.phase !== 'lost') return
    clearTimeout(this.retryTimer)
    this.attempt = 0
    this.connect()
  }

  private apply(step: Step): void {
    this.update(step.chat)
    for (const frame of step.send) this.send(frame)
  }

  private update(chat: Chat): void {
    const before = JSON.stringify(this.self())
    const { pending } = this.chat
    this.chat = chat
    const self = JSON.stringify(this.self())
    if (self !== before && self) this.memory.set('self', self)
    if (chat.pending !== pending) this.keep(chat.pending)
    this.onChange(chat)
  }

  /** Writes down what is unsent, beside what other tabs wrote down. */
  private keep(pending: readonly Pending[]): void {
    for (const { client_id } of pending) this.mine.add(client_id)
    const theirs = list(this.memory.get('unsent')).filter(({ client_id }) => !this.mine.has(client_id))
    const all = [...theirs, ...pending]
    this.memory.set('unsent', all.length > 0 ? JSON.stringify(all) : null)
  }

  private self(): Self | undefined {
    const { token, customer, conversation, state } = this.chat
    return token && customer ? { token, customer, conversation, open: state !== null && state !== 'closed' } : undefined
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame, whole))
  }
}

/** A text that was cut within a character is no text to the server. */
const whole = (_: string, value: unknown) => (typeof value === 'string' ? value.replace(/\p{Cs}/gu, '\uFFFD') : value)

function parse<T>(text: string | null): T | undefined {
  try {
    return (JSON.parse(text ?? 'null') as T | null) ?? undefined
  } catch {
    return undefined
  }
}

function list(text: string | null): Pending[] {
  const kept = parse<Pending[]>(text)
  return Array.isArray(kept) ? kept : []
}

const wakers = (): [EventTarget, string][] => [
  [document, 'visibilitychange'],
  [window, 'online'],
  [window, 'pageshow'],
]

export function newId(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
