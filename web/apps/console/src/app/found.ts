import { useQuery } from '@tanstack/vue-query'
import { api, type Page } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { Command } from '@zhike/ui'
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import { useRouter } from 'vue-router'

interface Hit {
  kind: string
  id: string
  title: string
}

/** The page that shows a thing of each kind the search knows. */
const homes: Record<string, (id: string) => { name: string; params?: Record<string, string>; query?: Record<string, string> }> = {
  conversation: (id) => ({ name: 'conversations', params: { id } }),
  customer: (id) => ({ name: 'customers', query: { open: id } }),
  task: (id) => ({ name: 'tasks', query: { open: id } }),
}

/** Typing rests this long before the server is asked, in milliseconds. */
const REST = 180

/** What the server finds for the words in the palette. */
export function useFound(query: Ref<string>) {
  const router = useRouter()
  const settled = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(query, (text) => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value = text.trim()), text ? REST : 0)
  })
  onScopeDispose(() => clearTimeout(timer))

  const result = useQuery({
    queryKey: ['/search', settled],
    queryFn: ({ signal }) => api.get<Page<Hit>>('/search', { query: { q: settled.value, limit: 8 }, signal }),
    enabled: computed(() => settled.value.length > 0),
  })

  const found = computed<Command[]>(() =>
    (settled.value ? (result.data.value?.items ?? []) : []).flatMap((hit) => {
      const home = homes[hit.kind]
      return home ? [{ id: `${hit.kind}:${hit.id}`, label: hit.title, group: t(`shell.found.${hit.kind}`), run: () => void router.push(home(hit.id)) }] : []
    }),
  )
  return { found, searching: computed(() => result.isFetching.value) }
}
