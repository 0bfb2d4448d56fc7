import { api, type Conversation, type Message, type Page } from '@zhike/api'
import { formatDate } from '@zhike/i18n'
import type { FactFrame } from '@zhike/realtime'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { realtime } from '@/app/realtime'
import { discard, onArrived, outbox } from './outbox'
import { EMPTY_TRANSCRIPT, logbook, markRead, merge, refresh, settle } from './transcript'
import { takeRow } from './useInbox'

const PAGE = 60
/** How many messages a snapshot begins with, when there are as many. */
const SNAPSHOT = 50

/** The live transcript of one conversation: history by pages, news by facts, the latest with each snapshot. */
export function useConversation(id: string) {
  const transcript = shallowRef(EMPTY_TRANSCRIPT)
  const loading = shallowRef(true)
  const error = shallowRef<unknown>(undefined)
  const loadingEarlier = shallowRef(false)

  function takeMessages(messages: readonly Message[]): void {
    transcript.value = merge(transcript.value, messages)
    const mine = outbox.value.filter((one) => one.conversation_id === id)
    const left = new Set(settle(mine, messages))
    for (const one of mine) if (!left.has(one)) discard(one.client_id)
  }

  function takeLatest(messages: readonly Message[], hasEarlier: boolean): void {
    transcript.value = refresh(transcript.value, messages, hasEarlier)
    takeMessages(messages)
  }

  const fetchPage = (query: { before?: number }) =>
    api.get<Page<Message>>('/conversations/{id}/messages', { path: { id }, query: { ...query, limit: PAGE } })

  /** The newest page: where reading begins. */
  async function load(): Promise<void> {
    loading.value = true
    error.value = undefined
    try {
      const page = await fetchPage({})
      takeLatest(page.items, page.next_cursor !== null)
    } catch (cause) {
      error.value = cause
    } finally {
      loading.value = false
    }
  }

  async function loadEarlier(): Promise<void> {
    const first = transcript.value.messages[0]?.seq
    if (first === undefined || loadingEarlier.value) return
    loadingEarlier.value = true
    try {
      const page = await fetchPage({ before: first })
      takeMessages(page.items)
      transcript.value = { ...transcript.value, hasEarlier: page.next_cursor !== null }
    } finally {
      loadingEarlier.value = false
    }
  }

  function takeFact(fact: FactFrame): void {
    if (fact.kind === 'message.posted') {
      takeMessages([fact.data as Message])
    } else if (fact.kind === 'message.read') {
      const read = fact.data as { by: 'customer' | 'agent'; seq: number }
      if (read.by === 'customer') transcript.value = markRead(transcript.value, read.seq)
    }
  }

  void load()
  onScopeDispose(
    realtime.subscribe(`conversation:${id}`, {
      snapshot: (data) => {
        const state = data as { conversation: Conversation; messages: Message[] }
        takeRow(state.conversation)
        takeLatest(state.messages, state.messages.length >= SNAPSHOT)
      },
      fact: takeFact,
    }),
  )
  onArrived((message) => {
    if (message.conversation_id === id) takeMessages([message])
  })

  return {
    entries: computed(() => logbook(transcript.value.messages, outbox.value.filter((one) => one.conversation_id === id), formatDate)),
    transcript,
    loading,
    error,
    loadingEarlier,
    load,
    loadEarlier,
    setCustomerRead: (seq: number) => (transcript.value = markRead(transcript.value, seq)),
  }
}
