import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type ContactPoint, type ContactSignal, type CustomerContacts, type FlaggedCustomer, type Purge } from '@zhike/api'
import { formatDate, formatSpan, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'

/** How a call may have gone, as it is written down by hand. */
export const CALLS = ['reached', 'no_answer', 'wrong_number', 'out_of_service'] as const
const WORKS: ReadonlySet<ContactSignal['outcome']> = new Set(['reached', 'heard', 'delivered', 'verified'])
const TONES: Record<Purge['state'], StateTone> = { pending: 'warning', running: 'active', stopped: 'warning', done: 'good', rejected: 'idle', withdrawn: 'idle', failed: 'bad' }

export const lookOf = (purge: Pick<Purge, 'state'>): { tone: StateTone; word: string } => ({ tone: TONES[purge.state], word: t(`hygiene.purges.states.${purge.state}`) })
export const toneOf = (outcome: ContactSignal['outcome']): StateTone => (WORKS.has(outcome) ? 'good' : 'bad')

/** How it stands with a number or an address: dead, shaky, fine. */
export function lookOfPoint(point: Pick<ContactPoint, 'invalid_at' | 'failures'>): { tone: StateTone; word: string } {
  if (point.invalid_at) return { tone: 'bad', word: t('hygiene.invalid_since', { date: formatDate(point.invalid_at) }) }
  return point.failures > 0 ? { tone: 'warning', word: t('hygiene.failed', { n: point.failures }) } : { tone: 'good', word: t('hygiene.works') }
}

/** Why somebody is on the list, in words. */
export function whysOf(one: FlaggedCustomer, now: number): { tone: StateTone; word: string }[] {
  const stale = one.stale ? [{ tone: 'warning' as const, word: t('hygiene.quiet_for', { span: formatSpan(now - one.active_at) }) }] : []
  return [...stale, ...one.points.map((point) => ({ tone: 'bad' as const, word: t(`hygiene.dead.${point.kind}`, { mask: point.mask, n: point.failures }) }))]
}

/** How a customer is reached; asked once for the mark and the tab. */
export function useContacts(customer: () => string) {
  const result = useQuery({
    queryKey: computed(() => ['/customers', customer(), 'contact-points']),
    queryFn: ({ signal }) => api.get<CustomerContacts>('/customers/{id}/contact-points', { path: { id: customer() }, signal }),
  })
  return { data: result.data, error: computed(() => result.error.value ?? undefined), refetch: () => void result.refetch() }
}

/** Whatever shows customers or the list asks again. */
export function useHygieneAgain() {
  const queries = useQueryClient()
  return () => Promise.all(['/customers', '/flagged-customers', '/purges'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

/** Purges, and what is open of them, follow what happens. */
export function useLivePurges(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/purges'] })
  useTopic('purges', { fact: again, refetch: again })
}
