import { useQuery } from '@tanstack/vue-query'
import { api, type LifecycleStage, type WorthCondition, type WorthEvidence, type WorthExplained, type WorthField } from '@zhike/api'
import { EMPTY, formatDate, formatMoney, formatNumber, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

export const STAGES: readonly LifecycleStage[] = ['lead', 'new', 'growing', 'mature', 'declining', 'lost']
export const FIELDS: readonly WorthField[] = ['purchases', 'days_since_order', 'days_since_first', 'days_since_contact', 'alive', 'growth', 'total', 'value', 'recency', 'frequency', 'monetary']

const TONES: Record<LifecycleStage, StateTone> = { lead: 'idle', new: 'active', growing: 'good', mature: 'good', declining: 'warning', lost: 'bad' }

export function stageLook(stage: LifecycleStage): { tone: StateTone; word: string } {
  return { tone: TONES[stage], word: t(`worth.stages.${stage}`) }
}

/** Fields that are money: kept in minor units, said in major ones. */
export const isMoney = (field: WorthField): boolean => field === 'total' || field === 'value'

/** What a field's value reads as. */
export function spoken(field: WorthField, value: number, currency: string): string {
  if (isMoney(field)) return formatMoney(value, currency)
  if (field === 'alive') return `${value}%`
  if (field.startsWith('days_')) return t('worth.days', { n: formatNumber(value) })
  return formatNumber(value)
}

/** A condition in words; with what was so, where that is told. */
export function said(one: WorthCondition | WorthEvidence, currency: string): string {
  const rule = t(`worth.compare.${one.compare}`, { field: t(`worth.fields.${one.field}`), value: spoken(one.field, one.value, currency) })
  return 'actual' in one ? t('worth.was', { rule, actual: spoken(one.field, one.actual, currency) }) : rule
}

/** A day counted from 1 January 1970, as people write it. */
export const dayText = (day: number): string => formatDate(day * 86_400_000 + 12 * 3_600_000)

/** Ten-thousandths as a percentage: "—" where the model cannot tell. */
export const alivePercent = (alive: number | null | undefined): string => (alive == null ? EMPTY : `${Math.round(alive / 100)}%`)

/** A share from 0 to 1 with one digit: "—" of nothing. */
export const percent = (share: number | null | undefined, digits = 1): string => (share == null ? EMPTY : `${(share * 100).toFixed(digits)}%`)

/** A difference of shares in percentage points, always with its sign. */
export const points = (share: number | null | undefined): string => (share == null ? EMPTY : `${share >= 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(1)}`)

export function useWorth(customer: () => string) {
  return useQuery({
    queryKey: ['/worths', customer()],
    queryFn: ({ signal }) => api.get<WorthExplained>('/worths/{customer_id}', { path: { customer_id: customer() }, signal }),
  })
}
