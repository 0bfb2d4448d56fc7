import type { Queue } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'
import { REPLY_TARGET } from './inbox'

/** The queues by name and by their promise; empty for those who may not read them. */
export function useQueues() {
  const { rows } = useAll<Queue>('/queues', {}, can('routing.watch') || can('routing.work'))
  const byId = computed(() => new Map(rows.value.map((queue) => [queue.id as string, queue])))
  /** Within what time the queue promises an answer, in milliseconds. */
  const targetOf = (id: string | null | undefined) => {
    const seconds = id ? byId.value.get(id)?.target_seconds : undefined
    return seconds === undefined ? REPLY_TARGET : seconds * 1000
  }
  return { rows, targetOf, nameOf: (id: string | null | undefined) => (id ? (byId.value.get(id)?.name ?? '') : '') }
}
