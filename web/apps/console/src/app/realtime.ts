import { RealtimeClient, type LinkState, type TopicHandlers } from '@zhike/realtime'
import { onScopeDispose, shallowRef } from 'vue'
import { expired } from './session'

/** How the line to the server stands; the banner and the composer read it. */
export const link = shallowRef<LinkState>('closed')

export const realtime = new RealtimeClient({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/ws`,
  onState: (state) => {
    link.value = state
  },
  onUnauthenticated: () => {
    expired.value = true
  },
})

/** Listens to a topic for as long as the component (or scope) lives. */
export function useTopic(topic: string, handlers: TopicHandlers, since?: number): void {
  onScopeDispose(realtime.subscribe(topic, handlers, since ?? null))
}
