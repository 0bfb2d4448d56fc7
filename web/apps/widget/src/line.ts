import { backoff } from '@zhike/realtime/backoff'
import { begin, type Chat, greet, hear, type Pending, retry, type Step, write } from './chat'
import { type ClientFrame, parseFrame } from './frames'
import { recall, remember } from './memory'

const PING_EVERY = 25_000
/** Silence for this long after a question means that the line is dead. */
const PATIENCE = 8_000

/** The line between the visitor and the server: one socket, reopened as often as it breaks. */
export class Line {
  chat: Chat
  private socket: WebSocket | undefined
  private attempt = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined
  private deadline: ReturnType<typeof setTimeout> | undefined
  private readonly keys: { token: string; pending: string }

  constructor(
    private readonly channel: string,
    private readonly onChange: (chat: Chat) => void,
  ) {
    this.keys = { token: `zhike.visitor.${channel}`, pending: `zhike.unsent.${channel}` }
    this.chat = begin(recall(this.keys.token), recallPending(this.keys.pending))
  }

  open(): void {
    for (const [target, name] of wakers()) target.addEventListener(name, this.wake)
    this.connect()
  }

  close(): void {
    for (const [target, name] of wakers()) target.removeEventListener(name, this.wake)
    clearTimeout(this.retryTimer)
    this.drop()
  }

  say(text: string): void {
    const closed = this.chat.phase === 'closed'
    this.apply(write(this.chat, { client_id: newId(), text, written_at: Date.now() }))
    if (!closed) return
    // Speaking after the end opens the next conversation; what was written leaves with its `ready`.
    if (this.socket) this.greet()
    else this.connect()
  }

  again(clientId: string): void {
    this.apply(retry(this.chat, clientId))
  }

  read(seq: number): void {
    if (this.chat.phase === 'ready') this.send({ t: 'read', seq })
  }

  /** Forgets who this was: the next hello is a stranger's. */
  forget(): void {
    remember(this.keys.token, null)
    remember(this.keys.pending, null)
    this.drop()
    clearTimeout(this.retryTimer)
    this.attempt = 0
    this.update(begin(null))
    this.connect()
  }

  private connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/widget/ws`)
    this.socket = socket
    this.awaitWord()
    socket.onopen = () => socket === this.socket && this.greet()
    socket.onmessage = (event) => socket === this.socket && this.take(String(event.data))
    socket.onclose = () => socket === this.socket && this.lost()
  }

  private greet(): void {
    this.send(greet(this.chat, this.channel))
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
  }

  private lost(): void {
    this.drop()
    clearTimeout(this.retryTimer)
    if (this.chat.phase === 'absent') return
    // A hello would open a new conversation: after the end only the visitor's next word does.
    if (this.chat.phase === 'closed' && this.chat.pending.length === 0) return
    this.update({ ...this.chat, phase: 'lost' })
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
    if (chat.token !== this.chat.token) remember(this.keys.token, chat.token)
    if (chat.pending !== this.chat.pending) remember(this.keys.pending, JSON.stringify(chat.pending))
    this.chat = chat
    this.onChange(chat)
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame))
  }
}

function recallPending(key: string): Pending[] {
  try {
    const kept: unknown = JSON.parse(recall(key) ?? '[]')
    return Array.isArray(kept) ? (kept as Pending[]) : []
  } catch {
    return []
  }
}

const wakers = (): [EventTarget, string][] => [
  [document, 'visibilitychange'],
  [window, 'online'],
  [window, 'pageshow'],
]

function newId(): string {
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
