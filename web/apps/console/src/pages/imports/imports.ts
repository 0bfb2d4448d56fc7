import { useQueryClient } from '@tanstack/vue-query'
import type { CustomerField, Import, ImportField } from '@zhike/api'
import { formatNumber, t, te } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { useAll } from '@/lib/resource'

/** What columns may be, by what the list is of. */
const FIELDS: Record<string, readonly ImportField[]> = {
  customers: ['name', 'phone', 'email', 'note', 'owner', 'stage', 'as_of'],
  orders: ['number', 'placed_at', 'total', 'phone', 'email', 'external_id', 'what', 'code', 'quantity', 'state', 'refunded', 'currency', 'source'],
}
export const fieldsOf = (target: string): readonly ImportField[] => FIELDS[target] ?? []

/** What columns may be, and what each is called: of customers the department's own fields, too, as far as one may fill them in. */
export function useFields(target: string) {
  const own = useAll<CustomerField>('/customer-fields', {}, target === 'customers')
  const names = computed(() => new Map(own.rows.value.map(({ id, name }) => [id, name])))
  const nameOf = (field: string) => names.value.get(field) ?? (te(`imports.fields.${field}`) ? t(`imports.fields.${field}`) : t('imports.own_field'))
  const options = computed(() => [...fieldsOf(target), ...own.rows.value.filter((field) => field.may_change && !field.archived).map(({ id }) => id)].map((value) => ({ value, label: nameOf(value) })))
  return { options, nameOf }
}

/** Of each of these groups one column must be there. */
const NEEDED: Record<string, readonly (readonly ImportField[])[]> = { orders: [['number'], ['placed_at'], ['total'], ['phone', 'email', 'external_id']] }

/** The first field that is needed and that no column is. */
export function missingOf(target: string, columns: readonly (ImportField | null)[], key: ImportField): ImportField | undefined {
  const groups = NEEDED[target] ?? [[key]]
  return groups.find((group) => !group.some((field) => columns.includes(field)))?.[0]
}

const TONES: Record<Import['state'], StateTone> = { draft: 'idle', checking: 'active', checked: 'idle', running: 'active', stopped: 'warning', done: 'good', failed: 'bad', undoing: 'active', undone: 'idle' }

export function lookOf(one: Import): { tone: StateTone; word: string } {
  const done = one.state === 'done' && one.refused > 0
  return { tone: done ? 'warning' : TONES[one.state], word: t(`imports.states.${done ? 'done_with_refusals' : one.state}`) }
}

/** What became of its lines, in a line. */
export function tallyOf(one: Import): string {
  const parts = (['created', 'changed', 'same', 'refused'] as const).filter((part) => one[part] > 0)
  return parts.map((part) => t(`imports.tally.${part}`, { n: formatNumber(one[part]) })).join(' · ')
}

/** Lists of imports and what is open of them follow what happens. */
export function useLiveImports(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/imports'] })
  useTopic('imports', { fact: again, refetch: again })
}

/** A heading as people know it from their spreadsheet: A, B, … AA. */
export function letter(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : letter(Math.floor(column / 26) - 1) + letter(column % 26)
}

/** The columns with one of them set: a field is one column's, the last that was said. */
export function chosen(columns: readonly (ImportField | null)[], at: number, field: ImportField | null): (ImportField | null)[] {
  return columns.map((was, column) => (column === at ? field : was === field ? null : was))
}
