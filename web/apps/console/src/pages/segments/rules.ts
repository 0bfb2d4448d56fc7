import type { Attribute, SegmentCondition, SegmentRule } from '@zhike/api'
import { EMPTY, formatDate, formatMoney, formatNumber, t } from '@zhike/i18n'
import { useAll } from '@/lib/resource'

export type Test = SegmentCondition['test']
type Kind = Attribute['kind']

/** What can be asked of each kind of attribute, the usual thing first. */
export const TESTS: Record<Kind, readonly Test[]> = {
  number: ['at_least', 'at_most', 'between', 'known', 'unknown'],
  money: ['at_least', 'at_most', 'between', 'known', 'unknown'],
  date: ['within_days', 'not_within_days', 'next_days', 'from', 'before', 'in_months', 'known', 'unknown'],
  choice: ['is', 'is_not', 'known', 'unknown'],
  set: ['has_any', 'has_all', 'has_none', 'known', 'unknown'],
  yes_no: ['yes', 'no'],
  events: ['happened', 'happened_less'],
}

/** How a condition's values are entered. */
export type Entry = 'none' | 'choices' | 'amount' | 'amounts' | 'days' | 'day' | 'months' | 'events'

export function entryOf(test: Test): Entry {
  if (['is', 'is_not', 'has_any', 'has_all', 'has_none'].includes(test)) return 'choices'
  if (test === 'at_least' || test === 'at_most') return 'amount'
  if (test === 'between') return 'amounts'
  if (['within_days', 'not_within_days', 'next_days'].includes(test)) return 'days'
  if (test === 'from' || test === 'before') return 'day'
  if (test === 'in_months') return 'months'
  if (test === 'happened' || test === 'happened_less') return 'events'
  return 'none'
}

/** What a condition begins with when its test is chosen. */
export function emptyCondition(attribute: string, test: Test): SegmentCondition {
  const numbers: Partial<Record<Entry, number[]>> = { amount: [0], amounts: [0, 0], days: [30], day: [startOfToday()], months: [new Date().getMonth() + 1], events: [1, 30] }
  const entry = entryOf(test)
  return { attribute, test, ...(entry === 'choices' ? { values: [] } : {}), ...(numbers[entry] ? { numbers: numbers[entry] } : {}) }
}

export function startOfToday(): number {
  return new Date().setHours(0, 0, 0, 0)
}

/** Whether a condition says all it must. */
export function isComplete(condition: SegmentCondition): boolean {
  const entry = entryOf(condition.test)
  if (entry === 'choices') return (condition.values ?? []).length > 0
  if (entry === 'months') return (condition.numbers ?? []).length > 0
  return (condition.numbers ?? []).every((number) => Number.isFinite(number))
}

/** Every condition, through all groups. */
export function conditionsOf(rule: SegmentRule): SegmentCondition[] {
  return [...rule.conditions, ...(rule.groups ?? []).flatMap(conditionsOf)]
}

export const everybody = (): SegmentRule => ({ match: 'all', conditions: [], groups: [] })

/** A text of an attribute or of a choice: ours by its key, or people's own. */
export function labelOf(label: Attribute['label']): string {
  return 'key' in label ? t(label.key) : label.text
}

/** The attributes one's rules can be about. */
export function useAttributes() {
  const { rows, loading, error, refetch } = useAll<Attribute>('/segment-attributes')
  const find = (key: string) => rows.value.find((one) => one.key === key)
  return { attributes: rows, loading, error, refetch, find }
}

/** A condition in words: its attribute apart from what is said of it. */
export function words(condition: SegmentCondition, attribute: Attribute | undefined): { what: string; says: string } {
  const what = attribute ? labelOf(attribute.label) : condition.attribute
  const [first, second] = condition.numbers ?? []
  const shown = (value: number | undefined) => (attribute?.kind === 'money' ? formatMoney(value) : formatNumber(value))
  const named = (value: string) => {
    const choice = attribute?.choices.find((one) => one.value === value)
    return choice ? labelOf(choice.label) : value
  }
  const parameters = {
    values: (condition.values ?? []).map(named).join(t('segments.or')) || EMPTY,
    n: shown(first),
    m: shown(second),
    days: formatNumber(condition.test.startsWith('happened') ? second : first),
    day: first === undefined ? EMPTY : formatDate(first),
    months: (condition.numbers ?? []).map((month) => t('segments.month', { n: month })).join(t('segments.or')),
  }
  return { what, says: t(`segments.says.${condition.test}`, parameters) }
}
