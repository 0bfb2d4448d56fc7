import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoff, LONGEST_WAIT } from './backoff'
import { RealtimeClient } from './client'
import type { ClientFrame, FactFrame, ServerFrame } from './frames'

class FakeSocket {
  static all: FakeSocket[] = []
  readyState = 1
  sent: ClientFrame[] = []
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  constructor() {
    FakeSocket.all.push(this)
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as ClientFrame)
  }
  close() {
    this.readyState = 3
  }
  say(frame: ServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  cut(code = 1006) {
    this.readyState = 3
    this.onclose?.({ code })
  }
}

const hello: ServerFrame = { t: 'hello', node: 'a', now: 0 }
const fact = (seq: number, topic = 'conversation:1'): FactFrame => ({ t: "fact", topic, seq, kind: "k", at: 0, data: seq }) as unknown as FactFrame
const last = () => FakeSocket.all.at(-1) as FakeSocket

let client: RealtimeClient
const unauthenticated = vi.fn()

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all = []
  client = new RealtimeClient({
    url: () => 'ws://test',
    socket: () => new FakeSocket() as unknown as WebSocket,
    random: () => 0,
    onUnauthenticated: unauthenticated,
  })
  client.open()
})

afterEach(() => {
  client.close()
  vi.useRealTimers()
  unauthenticated.mockClear()
})

describe('the staff socket', () => {
  it('subscribes after hello, resumes after a cut, delivers once', () => {
    const seen: number[] = []
    client.subscribe('conversation:1', { fact: (f) => seen.push(f.seq) })
    last().say(hello)
    expect(last().sent).toEqual([{ t: 'subscribe', topic: 'conversation:1' }])
    last().say({ t: 'snapshot', topic: 'conversation:1', seq: 2, data: null } as unknown as ServerFrame)
    last().say(fact(3))
    last().cut()
    expect(client.state).toBe('lost')
    vi.advanceTimersByTime(backoff(0, () => 0))
    last().say(hello)
    expect(last().sent).toEqual([{ t: 'subscribe', topic: 'conversation:1', since: 3 }])
    last().say(fact(3))
    last().say(fact(4))
    expect(seen).toEqual([3, 4])
  })

  it('asks again when a gap stays open', () => {
    client.subscribe('conversation:1', { fact: () => {} }, 5)
    last().say(hello)
    last().say(fact(6))
    last().say(fact(8))
    vi.advanceTimersByTime(500)
    expect(last().sent.at(-1)).toEqual({ t: 'subscribe', topic: 'conversation:1', since: 6 })
  })

  it('tells unresumable topics to fetch again, but not the first time', () => {
    const refetch = vi.fn()
    client.subscribe('inbox', { fact: () => {}, refetch })
    last().say(hello)
    expect(refetch).not.toHaveBeenCalled()
    last().cut()
    vi.advanceTimersByTime(1000)
    last().say(hello)
    expect(refetch).toHaveBeenCalledOnce()
  })

  it('notices a dead line by its silence', () => {
    last().say(hello)
    vi.advanceTimersByTime(25_000)
    expect(last().sent).toEqual([{ t: 'ping' }])
    vi.advanceTimersByTime(8_000)
    expect(client.state).toBe('lost')
  })

  it('comes back at once when the page wakes', () => {
    last().say(hello)
    last().cut()
    const before = FakeSocket.all.length
    window.dispatchEvent(new Event('online'))
    expect(FakeSocket.all.length).toBe(before + 1)
  })

  it('stops and reports when the session is over', () => {
    last().say(hello)
    last().cut(4401)
    vi.advanceTimersByTime(60_000)
    expect(unauthenticated).toHaveBeenCalledOnce()
    expect(FakeSocket.all.length).toBe(1)
  })
})

it('waits longer each time, up to a bound', () => {
  expect(backoff(3, () => 0)).toBeGreaterThan(backoff(0, () => 1))
  expect(backoff(50, () => 1)).toBe(LONGEST_WAIT)
})
