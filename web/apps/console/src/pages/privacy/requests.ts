import { useQueryClient } from '@tanstack/vue-query'
import type { PrivacyRequest } from '@zhike/api'
import { EMPTY, formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { customerName } from '@/lib/customers'

export const KINDS: readonly PrivacyRequest['kind'][] = ['access', 'copy', 'correct', 'delete', 'withdraw', 'explain']
export const PROOFS = ['call_back', 'one_time_code', 'signed_in', 'document', 'knowledge'] as const
export const GROUNDS = ['identity', 'legal_duty', 'state_security', 'public_interest', 'investigation', 'abuse', 'vital_interests', 'others_rights', 'trade_secret'] as const
const WEEK = 7 * 86_400_000

/** How a request stands, as shape, word and colour. */
export function lookOfRequest(one: Pick<PrivacyRequest, 'state' | 'overdue' | 'due_at' | 'nothing_held'>, now: number): { tone: StateTone; word: string } {
  if (one.state === 'refused') return { tone: 'idle', word: t('privacy.requests.states.refused') }
  if (one.state === 'taken_back') return { tone: 'idle', word: t('privacy.requests.states.taken_back') }
  if (one.state === 'done' && one.nothing_held) return { tone: one.overdue ? 'warning' : 'good', word: t('privacy.requests.unknown.nothing_state') }
  if (one.state === 'done') return one.overdue ? { tone: 'warning', word: t('privacy.requests.done_late') } : { tone: 'good', word: t('privacy.requests.states.done') }
  if (one.due_at < now) return { tone: 'bad', word: t('privacy.requests.overdue_by', { span: formatSpan(now - one.due_at) }) }
  return { tone: one.due_at - now < WEEK ? 'warning' : 'active', word: t('privacy.requests.left', { span: formatSpan(one.due_at - now) }) }
}

/** Who asks, by name: a customer, or whoever they say they are. */
export function askerOf(one: Pick<PrivacyRequest, 'customer_id' | 'customer_name'>): string {
  return one.customer_id ? customerName(one.customer_id, one.customer_name) : one.customer_name || EMPTY
}

/** Whatever shows requests, tasks or consents asks again. */
export function useRequestsAgain() {
  const queries = useQueryClient()
  return () => Promise.all(['/privacy-requests', '/tasks', '/customers'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}
