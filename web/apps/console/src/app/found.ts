import { useQuery } from '@tanstack/vue-query'
import { MessageSquareText, MessagesSquare, Search, UserRound } from '@lucide/vue'
import { api, type Customer, type Page } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { Command } from '@zhike/ui'
import { computed, onScopeDispose, type Ref, ref, watch } from 'vue'
import { useRouter } from 'vue-router'
import { customerName } from '@/lib/customers'
import { type Hit, placeOf } from '@/lib/search'
import { useInbox } from '@/pages/conversations/useInbox'
import { can } from './session'

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

  const { rows } = useInbox()
  const found = computed<Command[]>(() => {
    const words = settled.value
    if (!words) return []
    const low = words.toLowerCase()
    const conversations = []
    for (const row of rows.value.values()) {
      const name = customerName(row.customer_id, row.customer_name)
      if (row.state === 'closed' || !`${name} ${row.preview}`.toLowerCase().includes(low)) continue
      conversations.push({ id: row.id, label: `${name} · ${row.preview}`, group: t('shell.found.conversation'), icon: MessagesSquare, run: () => void router.push({ name: 'conversations', params: { id: row.id } }) })
      if (conversations.length === 5) break
    }
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
      mark: words,
      group: t('shell.found.message'),
      icon: MessageSquareText,
      run: () => void router.push(placeOf(hit)),
    }))
    const whole = can('conversations.read') ? [{ id: 'search', label: t('shell.found.all', { words }), group: t('shell.found.message'), icon: Search, run: () => void router.push({ name: 'search', query: { q: words } }) }] : []
    return [...conversations, ...people, ...messages, ...whole]
  })
  return { found, searching: computed(() => result.isFetching.value || customers.isFetching.value) }
}
