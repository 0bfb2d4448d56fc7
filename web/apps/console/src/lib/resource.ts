import { useQuery } from '@tanstack/vue-query'
import { api, type Page } from '@zhike/api'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

type Query = Record<string, string | number | boolean | null | undefined>

/** A list short enough to be had whole: roles, units, queues. */
export function useAll<Row>(path: string, query: MaybeRefOrGetter<Query> = {}, enabled: MaybeRefOrGetter<boolean> = true) {
  const result = useQuery({
    queryKey: computed(() => [path, 'all', toValue(query)]),
    queryFn: async ({ signal }) => {
      const items: Row[] = []
      let cursor: string | null = null
      do {
        const answer: Row[] | Page<Row> = await api.get<Row[] | Page<Row>>(path, { query: cursor ? { ...toValue(query), cursor } : toValue(query), signal })
        // Some lists are so short that the server gives them whole.
        if (Array.isArray(answer)) return answer
        items.push(...answer.items)
        cursor = answer.next_cursor
      } while (cursor)
      return items
    },
    enabled: computed(() => toValue(enabled)),
  })
  return { rows: computed<Row[]>(() => result.data.value ?? []), loading: result.isLoading, error: computed(() => result.error.value ?? undefined), refetch: () => void result.refetch() }
}

/** One thing by its path, `/tasks/{id}`; nothing is asked while there is no id. */
export function useOne<T>(path: string, id: MaybeRefOrGetter<string | undefined>) {
  const result = useQuery({
    queryKey: computed(() => [path.slice(0, path.lastIndexOf('/')), toValue(id)]),
    queryFn: ({ signal }) => api.get<T>(path, { path: { id: toValue(id) ?? '' }, signal }),
    enabled: computed(() => toValue(id) !== undefined && toValue(id) !== 'new'),
  })
  return { data: result.data, loading: result.isLoading, error: computed(() => result.error.value ?? undefined), refetch: () => void result.refetch() }
}

/** A thing that there is only one of: the organisation, the business hours. */
export function useSingle<T>(path: string) {
  const result = useQuery({ queryKey: [path], queryFn: ({ signal }) => api.get<T>(path, { signal }) })
  return { data: result.data, loading: result.isLoading, error: computed(() => result.error.value ?? undefined), refetch: () => void result.refetch() }
}
