import { useQuery } from '@tanstack/vue-query'
import { api, type CannedReply } from '@zhike/api'
import { t, te } from '@zhike/i18n'
import { computed } from 'vue'
import { organisationName } from '@/app/organisation'
import { can, me } from '@/app/session'
import { asTemplate, fill, type Piece } from './canned'

/** The permission to use canned replies. */
export const USES_CANNED = 'knowledge.read'

/** The replies one may use, and how they read in this conversation. */
export function useCanned(facts: () => { customer: string; channel: string }) {
  const replies = useQuery({
    queryKey: ['/canned-replies'],
    queryFn: ({ signal }) => api.get<CannedReply[]>('/canned-replies', { signal }),
    staleTime: 60_000,
    enabled: can(USES_CANNED),
  })

  function values(): Record<string, string | undefined> {
    const { customer, channel } = facts()
    return { 'customer.name': customer, 'agent.name': me.value?.name, 'organisation.name': organisationName.value, 'conversation.channel': channel }
  }

  function filled(reply: CannedReply): Piece[] {
    return fill(reply.text, values(), (name) => (te(`conversations.canned.variable.${name}`) ? t(`conversations.canned.variable.${name}`) : name))
  }

  /** Counts a use; that it failed is nobody's concern. */
  const used = (reply: CannedReply) => void api.post('/canned-replies/{id}/use', { path: { id: reply.id } }).catch(() => {})

  return { replies: computed(() => replies.data.value ?? []), filled, used, template: (text: string) => asTemplate(text, values()) }
}
