import { backoff } from './backoff'
import { type ClientFrame, type FactFrame, parseFrame, type ServerFrame } from './frames'
import { connected, disconnected, type Effect, impatient, receive, start, type Step, type TopicState } from './topic'

/** `lost` counts from the first failure until the next hello. */
export type LinkState = 'closed' | 'connecting' | 'open' | 'lost'

export interface TopicHandlers {
  /** The whole state of the topic; replaces everything known. Not sent on topics that only report changes. */
  snapshot?(data: unknown, seq: number): void
  /** One change, in order, once. */
  fact(fact: FactFrame): void
  /** Something on a topic without numbers may have been missed: fetch it again. */
  refetch?(): void
  /** The server refused the topic. */
  refused?(code: string): void
}

export interface RealtimeOptions {
  /** Address of the socket, resolved at each attempt. */
  url: () => string
  onState?(state: LinkState): void
  /** The server closed with a code that says the session is over. */
  onUnauthenticated?(): void
  socket?: (url: string) => WebSocket
  random?: () => number
}

interface Topic {
  state: TopicState
  handlers: Set<TopicHandlers>
  impatience?: ReturnType<typeof setTimeout>
}

const PING_EVERY = 25_000
/** No word for this long after asking means the line is dead, whatever the socket believes. */
const PATIENCE = 8_000
/** Frames overtaken on the way usually arrive within this; after it the client asks again. */
const GAP_PATIENCE = 400
/** The close code by which the server says that the caller is not, or no longer, signed in. */
const UNAUTHENTICATED = new Set([4401])

/** The staff socket: one connection, many topics, nothing lost and nothing doubled across reconnects. */
export class RealtimeClient {
  private socket: WebSocket | undefined
  private readonly topics = new Map<string, Topic>()
  private attempt = 0
  private hadHello = false
  private link: LinkState = 'closed'
  private retry: ReturnType<typeof setTimeout> | undefined
  private heartbeat: ReturnType<typeof setInterval> | undefined
  private deadline: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly options: RealtimeOptions) {}

  get state(): LinkState {
    return this.link
  }

  /** Opens the line and keeps it open until `close`. */
  open(): void {
    if (this.link !== 'closed') return
    for (const [target, name] of WAKERS()) target.addEventListener(name, this.wake)
    this.connect()
  }

  close(): void {
    for (const [target, name] of WAKERS()) target.removeEventListener(name, this.wake)
    clearTimeout(this.retry)
    this.drop()
    this.setState('closed')
    this.attempt = 0
    this.hadHello = false
  }

  /** Listens to a topic after `since` (omit for a snapshot). Returns the function that stops listening. */
  subscribe(name: string, handlers: TopicHandlers, since: number | null = null): () => void {
    let topic = this.topics.get(name)
    if (!topic) {
      topic = { state: start(since), handlers: new Set() }
      this.topics.set(name, topic)
    }
    topic.handlers.add(handlers)
    // A second listener needs the snapshot the first one already had: ask anew from nothing.
    if (topic.handlers.size > 1 && handlers.snapshot) topic.state = start(null)
    if (this.link === 'open') this.run(name, topic, connected(topic.state))
    return () => this.unsubscribe(name, handlers)
  }

  private unsubscribe(name: string, handlers: TopicHandlers): void {
    const topic = this.topics.get(name)
    if (!topic?.handlers.delete(handlers) || topic.handlers.size > 0) return
    clearTimeout(topic.impatience)
    this.topics.delete(name)
    this.send({ t: 'unsubscribe', topic: name })
  }

  private connect(): void {
    this.setState(this.attempt === 0 && !this.hadHello ? 'connecting' : 'lost')
    const make = this.options.socket ?? ((url: string) => new WebSocket(url))
    const socket = make(this.options.url())
    this.socket = socket
    this.awaitWord()
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.socket) this.hear(String(event.data))
    }
    socket.onclose = (event: CloseEvent) => {
      if (socket === this.socket) this.lost(event.code)
    }
  }

  private hear(text: string): void {
    clearTimeout(this.deadline)
    const frame = parseFrame(text)
    if (!frame) return
    if (frame.t === 'hello') return this.greeted()
    if (frame.t === 'error') {
      const topic = frame.topic == null ? undefined : this.topics.get(frame.topic)
      for (const handlers of topic?.handlers ?? []) handlers.refused?.(frame.code)
      return
    }
    if (frame.t !== 'pong') this.dispatch(frame)
  }

  private greeted(): void {
    const again = this.hadHello
    this.hadHello = true
    this.attempt = 0
    this.setState('open')
    clearInterval(this.heartbeat)
    this.heartbeat = setInterval(() => this.ping(), PING_EVERY)
    for (const [name, topic] of this.topics) {
      const unresumable = !topic.state.seq
      this.run(name, topic, connected(topic.state))
      if (again && unresumable) for (const handlers of topic.handlers) handlers.refetch?.()
    }
  }

  private dispatch(frame: Exclude<ServerFrame, { t: 'hello' | 'pong' | 'error' }>): void {
    const topic = this.topics.get(frame.topic)
    if (topic) this.run(frame.topic, topic, receive(topic.state, frame))
  }

  private run(name: string, topic: Topic, step: Step): void {
    topic.state = step.state
    for (const effect of step.effects) this.perform(name, topic, effect)
    clearTimeout(topic.impatience)
    if (topic.state.early.size > 0 && !topic.state.asking) {
      topic.impatience = setTimeout(() => this.run(name, topic, impatient(topic.state)), GAP_PATIENCE)
    }
  }

  private perform(name: string, topic: Topic, effect: Effect): void {
    if (effect.do === 'subscribe') {
      this.send({ t: 'subscribe', topic: name, ...(effect.since ? { since: effect.since } : {}) })
      return
    }
    for (const handlers of topic.handlers) {
      if (effect.do === 'snapshot') handlers.snapshot?.(effect.data, effect.seq)
      else if (effect.do === 'refetch') handlers.refetch?.()
      else handlers.fact(effect.fact)
    }
  }

  private ping(): void {
    this.send({ t: 'ping' })
    this.awaitWord()
  }

  private awaitWord(): void {
    clearTimeout(this.deadline)
    this.deadline = setTimeout(() => this.lost(0), PATIENCE)
  }

  private lost(code: number): void {
    this.drop()
    for (const topic of this.topics.values()) topic.state = disconnected(topic.state)
    if (UNAUTHENTICATED.has(code)) {
      this.close()
      this.options.onUnauthenticated?.()
      return
    }
    this.setState('lost')
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.connect(), backoff(this.attempt, this.options.random))
    this.attempt += 1
  }

  private drop(): void {
    clearInterval(this.heartbeat)
    clearTimeout(this.deadline)
    const socket = this.socket
    this.socket = undefined
    if (socket && socket.readyState <= 1) socket.close()
  }

  /** The page is looked at again, or the network is back: do not wait for the timer. */
  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden') return
    if (this.link === 'open') {
      this.ping()
    } else if (this.link === 'lost' && !this.socket) {
      clearTimeout(this.retry)
      this.attempt = 0
      this.connect()
    }
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame))
  }

  private setState(state: LinkState): void {
    if (state === this.link) return
    this.link = state
    this.options.onState?.(state)
  }
}

const WAKERS = (): [EventTarget, string][] => [
  [document, 'visibilitychange'],
  [document, 'resume'],
  [window, 'online'],
  [window, 'pageshow'],
]
