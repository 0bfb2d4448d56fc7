import { useQuery } from '@tanstack/vue-query'
import { MessageSquareText, UserRound } from '@lucide/vue'
import { api, type Customer, type Page } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { Command } from '@zhike/ui'
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import { can } from './session'

/** A message that was found. */
interface Hit {
  conversation_id: string
  customer_name: string
  seq: number
  text: string
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
    enabled: computed(() => settled.value.length > 0 && can('conversations.read')),
  })

  const customers = useQuery({
    queryKey: ['/customers', 'found', settled],
    queryFn: ({ signal }) => api.get<Page<Customer>>('/customers', { query: { q: settled.value, limit: 5 }, signal }),
    enabled: computed(() => settled.value.length > 0 && can('customers.read')),
  })

  const found = computed<Command[]>(() => {
    if (!settled.value) return []
    const people = (customers.data.value?.items ?? []).map((customer) => ({
      id: customer.id,
      label: [customer.name, customer.phone].filter(Boolean).join(' · '),
      group: t('shell.found.customer'),
      icon: UserRound,
      run: () => void router.push({ name: 'customers', query: { open: customer.id } }),
    }))
    const messages = (result.data.value?.items ?? []).map((hit) => ({
      id: `${hit.conversation_id}/${hit.seq}`,
      label: `${hit.customer_name} · ${hit.text}`,
      group: t('shell.found.message'),
      icon: MessageSquareText,
      run: () => void router.push({ name: 'conversations', params: { id: hit.conversation_id } }),
    }))
    return [...people, ...messages]
  })
  return { found, searching: computed(() => result.isFetching.value || customers.isFetching.value) }
}
