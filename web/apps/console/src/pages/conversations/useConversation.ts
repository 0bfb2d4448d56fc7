import { api, type Message, type Page } from '@zhike/api'
import { formatDate } from '@zhike/i18n'
import type { FactFrame } from '@zhike/realtime'
import { computed, onScopeDispose, shallowRef } from 'vue'
import { realtime } from '@/app/realtime'
import { discard, onArrived, outbox } from './outbox'
import { EMPTY_TRANSCRIPT, lastSeq, leavesGap, logbook, markRead, merge, settle } from './transcript'

const PAGE = 60

/** The live transcript of one conversation: history by pages, news by facts, holes filled by fetching. */
export function useConversation(id: string) {
  const transcript = shallowRef(EMPTY_TRANSCRIPT)
  const loading = shallowRef(true)
  const error = shallowRef<unknown>(undefined)
  const loadingEarlier = shallowRef(false)
  let catchingUp: Promise<void> | undefined

  function takeMessages(messages: readonly Message[]): void {
    transcript.value = merge(transcript.value, messages)
    const mine = outbox.value.filter((one) => one.conversation_id === id)
    const left = new Set(settle(mine, messages))
    for (const one of mine) if (!left.has(one)) discard(one.client_id)
  }

  const fetchPage = (query: { before?: number; after?: number }) =>
    api.get<Page<Message>>('/conversations/{id}/messages', { path: { id }, query: { ...query, limit: PAGE } })

  /** The newest page: where reading begins. */
  async function load(): Promise<void> {
    loading.value = true
    error.value = undefined
    try {
      const page = await fetchPage({})
      takeMessages(page.items)
      transcript.value = { ...transcript.value, hasEarlier: (transcript.value.messages[0]?.seq ?? 1) > 1 }
    } catch (cause) {
      error.value = cause
    } finally {
      loading.value = false
    }
  }

  async function loadEarlier(): Promise<void> {
    const first = transcript.value.messages[0]?.seq
    if (first === undefined || first <= 1 || loadingEarlier.value) return
    loadingEarlier.value = true
    try {
      const page = await fetchPage({ before: first })
      takeMessages(page.items)
      transcript.value = { ...transcript.value, hasEarlier: page.items.length > 0 && (transcript.value.messages[0]?.seq ?? 1) > 1 }
    } finally {
      loadingEarlier.value = false
    }
  }

  /** Fetches everything after the last known message; calls made meanwhile share the one under way. */
  function catchUp(): Promise<void> {
    catchingUp ??= (async () => {
      try {
        for (;;) {
          const page = await fetchPage({ after: lastSeq(transcript.value) })
          takeMessages(page.items)
          if (page.items.length < PAGE) return
        }
      } finally {
        catchingUp = undefined
      }
    })()
    return catchingUp
  }

  function takeFact(fact: FactFrame): void {
    if (fact.kind === 'message.posted') {
      const message = fact.data as Message
      if (leavesGap(transcript.value, message)) void catchUp()
      else takeMessages([message])
    } else if (fact.kind === 'message.read') {
      const read = fact.data as { reader: string; seq: number }
      if (read.reader === 'customer') transcript.value = markRead(transcript.value, read.seq)
    }
  }

  onScopeDispose(
    realtime.subscribe(`conversation:${id}`, {
      snapshot: () => {
        if (!loading.value) void catchUp()
      },
      fact: takeFact,
    }),
  )
  onArrived((message) => {
    if (message.conversation_id === id) takeMessages([message])
  })
  void load()

  return {
    entries: computed(() => logbook(transcript.value.messages, outbox.value.filter((one) => one.conversation_id === id), formatDate)),
    transcript,
    loading,
    error,
    loadingEarlier,
    load,
    loadEarlier,
    setVisitorRead: (seq: number) => (transcript.value = markRead(transcript.value, seq)),
  }
}
