import { useQueryClient } from '@tanstack/vue-query'
import type { Completeness, CustomerFieldRules, Profile, ProfileField } from '@zhike/api'
import { EMPTY, formatMoney, formatNumber, t } from '@zhike/i18n'
import { useOne } from '@/lib/resource'

export type FieldKind = ProfileField['kind']

/** The order kinds are offered in. */
export const KINDS: FieldKind[] = ['text', 'number', 'money', 'date', 'choice', 'choices', 'yes_no', 'phone', 'link']

/** What is known of a customer, as far as one may see it; the parts of a page share one answer. */
export const useProfile = (id: () => string) => useOne<Profile>('/customers/{id}/profile', id)

export type CustomerKind = Profile['kind']

/** The details that count for whole files without any field of one's own, in the order they are offered. */
const COMMON = ['name', 'phone', 'email', 'owner', 'address', 'tag']
export const DETAILS: Record<CustomerKind, string[]> = { person: COMMON, organisation: [...COMMON, 'credit_code', 'contact_person'] }

/** What is missing, named. */
export const missingWords = (whole: Completeness) => (whole.missing.length === 0 ? '' : t('profiles.completeness.missing', { names: whole.missing.map(({ detail, name }) => name ?? t(`profiles.details.${detail}`)).join(t('profiles.and')) }))

/** Takes a profile that the server answered a change with; what else shows of the customer is asked for again. */
export function useProfileAnswer() {
  const queries = useQueryClient()
  return (profile: Profile) => {
    queries.setQueryData(['/customers/{id}', profile.customer_id], profile)
    void queries.invalidateQueries({ queryKey: ['/customers/{id}', profile.customer_id, 'profile-changes'] })
  }
}

/** A value as people read it. */
export function valueText(kind: FieldKind, rules: CustomerFieldRules | null, value: unknown): string {
  if (value === null || value === undefined || value === '') return EMPTY
  const label = (id: unknown) => rules?.choices?.find((choice) => choice.id === id)?.label ?? String(id)
  if (kind === 'number') return [formatNumber(value as number), rules?.unit].filter(Boolean).join(' ')
  if (kind === 'money') return formatMoney(value as number, rules?.unit ?? 'CNY')
  if (kind === 'choice') return label(value)
  if (kind === 'choices') return (value as unknown[]).map(label).join(t('profiles.and'))
  if (kind === 'yes_no') return t(value ? 'profiles.yes' : 'profiles.no')
  return String(value)
}

/** Those under one heading together, in the order of the first of each. */
export function bySection<One extends { section: string }>(all: readonly One[]): { section: string; items: One[] }[] {
  const groups = new Map<string, One[]>()
  for (const one of all) groups.set(one.section, [...(groups.get(one.section) ?? []), one])
  return [...groups].map(([section, items]) => ({ section, items }))
}
