import { api, type Conversation, type Message, type Page } from '@zhike/api'
import { formatDate } from '@zhike/i18n'
import type { FactFrame } from '@zhike/realtime'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { realtime } from '@/app/realtime'
import { me } from '@/app/session'
import { discard, onArrived, outbox } from './outbox'
import { EMPTY_TRANSCRIPT, hear, jump, lastSeq, logbook, markRead, merge, refresh, settle, type Transcript } from './transcript'
import { takeRow } from './useInbox'
import { useViewers } from './viewers'

const PAGE = 60
/** How many messages a snapshot begins with, when there are as many. */
const SNAPSHOT = 50
/** A sign of typing holds this long, in milliseconds, unless it is renewed. */
const TYPING = 6_000

/** Who is writing now, and what, as far as it is shown. */
export interface Typing {
  name: string
  text: string
}

/** The transcripts read last: going back to one shows it at once, and then what is new in it. */
const MOST_KEPT = 30
const kept = new Map<string, Transcript>()
function keep(id: string, transcript: Transcript): void {
  kept.delete(id)
  // No more than the first reading brings anew: what lies further back may have been changed meanwhile.
  const { messages } = transcript
  if (messages.length > 0 && !transcript.hasLater) kept.set(id, { ...transcript, messages: messages.slice(-PAGE), hasEarlier: transcript.hasEarlier || messages.length > PAGE })
  const [oldest] = kept.keys()
  if (kept.size > MOST_KEPT && oldest) kept.delete(oldest)
}

/** The live transcript of one conversation: history by pages, news by facts, the latest with each snapshot. `at`: the place to begin at. */
export function useConversation(id: string, at?: number) {
  const transcript = shallowRef(at === undefined ? (kept.get(id) ?? EMPTY_TRANSCRIPT) : EMPTY_TRANSCRIPT)
  onScopeDispose(() => keep(id, transcript.value))
  const loading = shallowRef(true)
  const error = shallowRef<unknown>(undefined)
  const loadingEarlier = shallowRef(false)
  const loadingLater = shallowRef(false)
  /** What the customer is typing; undefined while they are not. */
  const customerTyping = shallowRef<Typing | undefined>(undefined)
  /** A colleague who is typing. */
  const agentTyping = shallowRef<Typing | undefined>(undefined)

  const { viewers, hear: hearViewer, tell: tellViewers } = useViewers(id)

  function settleMine(messages: readonly Message[]): void {
    const mine = outbox.value.filter((one) => one.conversation_id === id)
    const left = new Set(settle(mine, messages))
    for (const one of mine) if (!left.has(one)) discard(one.client_id)
  }

  function takeMessages(messages: readonly Message[]): void {
    transcript.value = merge(transcript.value, messages)
    settleMine(messages)
  }

  function takeLatest(messages: readonly Message[], hasEarlier: boolean): void {
    transcript.value = refresh(transcript.value, messages, hasEarlier)
    settleMine(messages)
  }

  const fetchPage = (query: { before?: number; after?: number; around?: number }) =>
    api.get<Page<Message>>('/conversations/{id}/messages', { path: { id }, query: { ...query, limit: PAGE } })

  async function guarded(read: () => Promise<void>): Promise<void> {
    loading.value = true
    error.value = undefined
    try {
      await read()
    } catch (cause) {
      error.value = cause
    } finally {
      loading.value = false
    }
  }

  /** The newest page: where reading begins. */
  const load = () =>
    guarded(async () => {
      const page = await fetchPage({})
      transcript.value = { ...transcript.value, hasLater: false }
      takeLatest(page.items, page.next_cursor !== null)
    })

  /** The page around a message, unless it is here already. */
  async function goTo(seq: number): Promise<void> {
    if (transcript.value.messages.some((message) => message.seq === seq)) return
    await guarded(async () => {
      const page = await fetchPage({ around: seq })
      const before = page.items.filter((message) => message.seq < seq).length
      const last = page.items.at(-1)?.seq ?? 0
      const later = await api.get<Page<Message>>('/conversations/{id}/messages', { path: { id }, query: { after: last, limit: 1 } })
      transcript.value = jump(transcript.value, page.items, before > 0, later.items.length > 0)
    })
  }

  async function loadEarlier(): Promise<void> {
    const first = transcript.value.messages[0]?.seq
    if (first === undefined || loadingEarlier.value) return
    loadingEarlier.value = true
    try {
      const page = await fetchPage({ before: first })
      takeMessages(page.items)
      transcript.value = { ...transcript.value, hasEarlier: page.next_cursor !== null && page.items.length > 0 }
    } finally {
      loadingEarlier.value = false
    }
  }

  async function loadLater(): Promise<void> {
    if (loadingLater.value || !transcript.value.hasLater) return
    loadingLater.value = true
    try {
      const page = await fetchPage({ after: lastSeq(transcript.value) })
      takeMessages(page.items)
      transcript.value = { ...transcript.value, hasLater: page.items.length >= PAGE }
    } finally {
      loadingLater.value = false
    }
  }

  let hush: ReturnType<typeof setTimeout> | undefined
  function takeTyping(fact: FactFrame): void {
    const { name = '', text = '', user_id } = fact.data as { name?: string; text?: string; user_id?: string }
    if (fact.kind === 'customer.typing') customerTyping.value = text ? { name, text } : undefined
    else if (user_id !== me.value?.id) agentTyping.value = { name, text }
    clearTimeout(hush)
    hush = setTimeout(quiet, TYPING)
  }
  function quiet(): void {
    customerTyping.value = undefined
    agentTyping.value = undefined
  }
  onScopeDispose(() => clearTimeout(hush))

  /** Counts what became of mails and deliveries: whoever shows them asks again. */
  const carriedChanged = shallowRef(0)
  function takeFact(fact: FactFrame): void {
    switch (fact.kind) {
      case 'message.posted':
      case 'message.edited':
      case 'message.recalled':
      case 'note.posted':
      case 'note.edited':
      case 'note.recalled': {
        const message = fact.data as Message
        transcript.value = hear(transcript.value, message)
        settleMine([message])
        if (message.author === 'customer') customerTyping.value = undefined
        else agentTyping.value = undefined
        break
      }
      case 'message.read': {
        const read = fact.data
        if (read.by === 'customer') transcript.value = markRead(transcript.value, read.seq)
        break
      }
      case 'mail.changed':
      case 'delivery.changed':
        carriedChanged.value += 1
        break
      case 'customer.typing':
      case 'agent.typing':
        takeTyping(fact)
        break
      case 'agent.viewing':
        hearViewer(fact.data)
        break
      default:
      // What else happened shows in the list, which hears of it by itself.
    }
  }

  if (at === undefined) void load()
  else void goTo(at)
  onScopeDispose(
    realtime.subscribe(`conversation:${id}`, {
      snapshot: (data) => {
        const state = data as { conversation: Conversation; messages: Message[] }
        tellViewers()
        takeRow(state.conversation)
        // While the place that was asked for is on its way, the latest would only be in its way.
        if (at === undefined || transcript.value.messages.length > 0) takeLatest(state.messages, state.messages.length >= SNAPSHOT)
      },
      fact: takeFact,
    }),
  )
  onArrived((message) => {
    if (message.conversation_id !== id) return
    transcript.value = hear(transcript.value, message)
    settleMine([message])
  })

  return {
    entries: computed(() => logbook(transcript.value.messages, outbox.value.filter((one) => one.conversation_id === id), formatDate)),
    transcript,
    loading,
    error,
    loadingEarlier,
    carriedChanged,
    customerTyping,
    agentTyping,
    viewers,
    load,
    goTo,
    loadEarlier,
    loadLater,
    takeMessages,
    setCustomerRead: (seq: number) => (transcript.value = markRead(transcript.value, seq)),
  }
}
