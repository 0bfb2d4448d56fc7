import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Consents, type ConsentPurpose, type ConsentText, type DoNotContact, type PurposeStanding, type SaidOfData } from '@zhike/api'
import { formatDate, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { computed } from 'vue'
import { useAll } from '@/lib/resource'

export type Purpose = ConsentPurpose
/** For what somebody is contacted. */
export const CONTACTS: readonly Purpose[] = ['marketing_call', 'marketing_sms', 'marketing_email', 'marketing_wechat', 'surveys']
/** All, in the order in which they are shown. */
export const PURPOSES: readonly Purpose[] = [...CONTACTS, 'profiling', 'sharing']
/** The texts customers agree to: by purpose, the latest first. */
export const useTexts = () => useAll<ConsentText>('/consent-texts')
/** Which way somebody says something, the most usual first. */
export const WAYS: readonly SaidOfData['way'][] = ['call', 'chat', 'wechat', 'sms', 'email', 'form', 'in_person', 'letter']
const TONES: Record<PurposeStanding['verdict'], StateTone> = { allowed: 'good', not_asked: 'idle', withdrawn: 'bad', do_not_contact: 'bad', erased: 'idle' }

/** What a customer said of their data; asked once for the mark and the tab. */
export function useConsents(customer: () => string) {
  const result = useQuery({
    queryKey: computed(() => ['/customers', customer(), 'consents']),
    queryFn: ({ signal }) => api.get<Consents>('/customers/{id}/consents', { path: { id: customer() }, signal }),
  })
  return { data: result.data, error: computed(() => result.error.value ?? undefined), refetch: () => void result.refetch() }
}

export function useConsentsAgain() {
  const queries = useQueryClient()
  return (customer: string) => queries.invalidateQueries({ queryKey: ['/customers', customer, 'consents'] })
}

/** How it stands with a purpose, as shape, word and colour. */
export function lookOf(one: PurposeStanding): { tone: StateTone; word: string } {
  if (one.verdict === 'do_not_contact' && one.do_not_contact) return { tone: 'bad', word: untilOf(one.do_not_contact) }
  if (one.verdict === 'allowed' && !one.said) return { tone: 'good', word: t('privacy.verdicts.unasked') }
  return { tone: TONES[one.verdict], word: t(`privacy.verdicts.${one.verdict}`) }
}

/** Until when somebody is left in peace. */
export function untilOf(one: Pick<DoNotContact, 'until_at'>): string {
  return one.until_at ? t('privacy.peace_until', { date: formatDate(one.until_at) }) : t('privacy.peace_for_good')
}

/** The last millisecond of a day that a date field names, in this browser's zone; null for none. */
export function endOfDay(date: string): number | null {
  const at = new Date(`${date}T23:59:59.999`).getTime()
  return Number.isNaN(at) ? null : at
}
