import type { Queue } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'

/** The queues by name and by their promise; empty for those who may not read them. */
export function useQueues() {
  const { rows } = useAll<Queue>('/queues', {}, can('routing.watch') || can('routing.work'))
  const byId = computed(() => new Map(rows.value.map((queue) => [queue.id as string, queue])))
  return { rows, nameOf: (id: string | null | undefined) => (id ? (byId.value.get(id)?.name ?? '') : ''), of: (id: string | null | undefined) => (id ? byId.value.get(id) : undefined) }
}
