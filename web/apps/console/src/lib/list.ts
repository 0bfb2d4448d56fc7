import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { api, type Page } from '@zhike/api'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  enabled?: MaybeRefOrGetter<boolean>
  /** Rows a page. */
  limit?: number
  /** The server gives this list whole and takes no page. */
  whole?: boolean
}

/** A list of the server, page by page, ready for a DataTable. */
export function useList<Row>(path: string, query: MaybeRefOrGetter<Query> = {}, options: Options = {}) {
  const result = useInfiniteQuery({
    queryKey: computed(() => [path, 'list', toValue(query)]),
    queryFn: async ({ pageParam, signal }) => {
      const paging = options.whole ? {} : { limit: options.limit ?? 100, cursor: pageParam }
      const answer = await api.get<Row[] | Page<Row>>(path, { query: { ...toValue(query), ...paging }, signal })
      return Array.isArray(answer) ? { items: answer, next_cursor: null } : answer
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    enabled: computed(() => toValue(options.enabled) ?? true),
  })
  return {
    rows: computed<Row[]>(() => result.data.value?.pages.flatMap((page) => page.items) ?? []),
    loading: result.isPending,
    error: computed(() => result.error.value ?? undefined),
    hasMore: computed(() => result.hasNextPage.value ?? false),
    loadingMore: result.isFetchingNextPage,
    more: () => void result.fetchNextPage(),
    refetch: () => void result.refetch(),
  }
}
