import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { api, type Page } from '@zhike/api'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'

type Query = Record<string, string | number | boolean | null | undefined>

/** A list of the server, page by page, ready for a DataTable. */
export function useList<Row>(path: string, query: MaybeRefOrGetter<Query> = {}, options: { enabled?: MaybeRefOrGetter<boolean>; limit?: number } = {}) {
  const result = useInfiniteQuery({
    queryKey: computed(() => [path, 'list', toValue(query)]),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Row>>(path, { query: { ...toValue(query), limit: options.limit ?? 100, cursor: pageParam }, signal }),
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
