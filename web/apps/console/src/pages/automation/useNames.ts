import type { AutomationCondition, Channel, ConditionField } from '@zhike/api'
import { t } from '@zhike/i18n'
import { can } from '@/app/session'
import { usePeople } from '@/lib/people'
import { useAll } from '@/lib/resource'
import { useQueues } from '../conversations/queues'
import { CHOICES } from './forms'

/** The word of what a field offers to choose. */
export const valueWord = (field: ConditionField, value: string) => (field === 'channel_kind' ? t(`channels.kind.${value}`) : t(`automation.values.${value}`))

/** Conditions in words, with names instead of ids. */
export function useNames() {
  const queues = useQueues()
  const channels = useAll<Channel>('/channels', {}, can('channels.read'))
  const { memberOptions } = usePeople()
  function valueOf(field: ConditionField, value: string): string {
    if (!value) return ''
    if (field === 'queue') return queues.nameOf(value) || value
    if (field === 'channel') return channels.rows.value.find(({ id }) => id === value)?.name ?? value
    if (field === 'assignee') return memberOptions.value.find((one) => one.value === value)?.label ?? value
    return CHOICES[field]?.includes(value) ? valueWord(field, value) : value
  }
  const wordsOf = ({ field, name, op, values }: AutomationCondition) =>
    [name || t(`automation.fields.${field}`), t(`automation.ops.${op}`), (values ?? []).map((value) => t('automation.quoted', { value: valueOf(field, value) })).join('')].filter(Boolean).join(' ')
  return { valueOf, wordsOf }
}
