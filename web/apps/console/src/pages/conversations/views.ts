import { api, type Conversation, type ConversationView, type ViewFilter } from '@zhike/api'
import { useQueryClient } from '@tanstack/vue-query'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'

/** Whether an open conversation is one a view shows. */
export function fits(row: Conversation, filter: ViewFilter, myId: string): boolean {
  if (row.state === 'closed' || (row.snoozed_until !== null) !== filter.snoozed) return false
  if (filter.waiting && row.waiting_since === null) return false
  if (filter.queues.length > 0 && !(row.queue_id !== null && filter.queues.includes(row.queue_id))) return false
  if (filter.tags.length > 0 && !filter.tags.some((tag) => row.tags.includes(tag))) return false
  if (filter.kinds.length > 0 && !filter.kinds.includes(row.channel_kind)) return false
  if (filter.states.length > 0 && !filter.states.includes(row.state)) return false
  if (filter.whose === 'me') return row.assignee_id === myId
  if (filter.whose === 'nobody') return row.assignee_id === null
  return filter.whose !== 'others' || (row.assignee_id !== null && row.assignee_id !== myId)
}

/** How many each view shows, of the rows the list holds anyway: nothing is asked for it. */
export function countViews(rows: Iterable<Conversation>, views: readonly ConversationView[], myId: string): Map<string, number> {
  const counts = new Map<string, number>(views.map(({ id }) => [id, 0]))
  if (views.length > 0) for (const row of rows) for (const view of views) if (fits(row, view.filter, myId)) counts.set(view.id, (counts.get(view.id) ?? 0) + 1)
  return counts
}

/** One's own views and everybody's. */
export function useViews() {
  return useAll<ConversationView>('/conversation-views', {}, can('conversations.read'))
}

/** Reads them anew after a change; what is sent of a view. */
export function useViewChanges() {
  const queries = useQueryClient()
  const again = () => queries.invalidateQueries({ queryKey: ['/conversation-views'] })
  return {
    async save(view: ConversationView | undefined, body: { name: string; scope: ConversationView['scope']; filter: ViewFilter }): Promise<ConversationView> {
      const { name, filter } = body
      const saved = view ? await api.put<ConversationView>('/conversation-views/{id}', { path: { id: view.id }, body: { version: view.version, name, filter } }) : await api.post<ConversationView>('/conversation-views', { body })
      await again()
      return saved
    },
    async drop(view: ConversationView): Promise<void> {
      await api.delete('/conversation-views/{id}', { path: { id: view.id } })
      await again()
    },
  }
}
