import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type Customer, type MergeSuggestion } from '@zhike/api'
import { t } from '@zhike/i18n'
import { errorText, toast } from '@zhike/ui'
import { computed } from 'vue'
import { useTopic } from '@/app/realtime'
import { can } from '@/app/session'
import { customerName } from '@/lib/customers'

export type MergeField = 'name' | 'phone' | 'email' | 'note' | 'owner'
type Side = Pick<Customer, 'name' | 'phone' | 'email' | 'note' | 'owner_id'>

const valueOf = (side: Side, field: MergeField) => (field === 'owner' ? side.owner_id : side[field]) || null

/** What the two say differently. Numbers that look alike when masked may differ all the same, so they count as well. */
export function differing(kept: Side, other: Side): MergeField[] {
  const fields: MergeField[] = ['name', 'phone', 'email', 'owner', 'note']
  return fields.filter((field) => valueOf(other, field) !== null && valueOf(kept, field) !== valueOf(other, field))
}

/** What is best taken over from the other unless somebody says otherwise: what the one who is kept lacks. */
export const lacking = (kept: Side, other: Side) => differing(kept, other).filter((field) => valueOf(kept, field) === null)

/** Who else a customer may be, live. */
export function useSuggestionsOf(id: () => string, enabled: () => boolean = () => true) {
  const result = useQuery({
    queryKey: computed(() => ['/merge-suggestions', 'of', id()]),
    queryFn: ({ signal }) => api.get<MergeSuggestion[]>('/customers/{id}/merge-suggestions', { path: { id: id() }, signal }),
    enabled: computed(() => can('customers.read') && enabled()),
    retry: false,
  })
  useSuggestionNews()
  return computed(() => result.data.value ?? [])
}

/** Asks again whenever something about a suggestion is new. */
export function useSuggestionNews(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/merge-suggestions'] })
  useTopic('merge_suggestions', { fact: again, refetch: again })
}

/** Deciding, each with its way back. */
export function useDecisions() {
  const queries = useQueryClient()
  const again = () => Promise.all([queries.invalidateQueries({ queryKey: ['/merge-suggestions'] }), queries.invalidateQueries({ queryKey: ['/customers'] })])
  const tell = (error: unknown) => toast(errorText(error), 'bad')

  async function undo(one: MergeSuggestion, what: 'acceptance' | 'dismissal'): Promise<void> {
    await api.delete(`/merge-suggestions/{id}/${what}`, { path: { id: one.id } }).then(() => toast(t(what === 'acceptance' ? 'customers.suggestion.parted' : 'customers.suggestion.open_again')), tell)
    await again()
  }
  async function dismiss(one: MergeSuggestion): Promise<void> {
    await api.post('/merge-suggestions/{id}/dismissal', { path: { id: one.id }, body: {} }).then(() => toast(t('customers.suggestion.dismissed_toast'), 'good', { label: t('common.undo'), run: () => void undo(one, 'dismissal') }), tell)
    await again()
  }
  /** Throws what went wrong: a dialog shows it. */
  async function accept(one: MergeSuggestion, keep: string, take: readonly MergeField[]): Promise<void> {
    const kept = await api.post<Customer>('/merge-suggestions/{id}/acceptance', { path: { id: one.id }, body: { keep, take } })
    toast(t('customers.merged', { name: customerName(kept.id, kept.name) }), 'good', { label: t('common.undo'), run: () => void undo(one, 'acceptance') })
    await again()
  }
  return { undo, dismiss, accept }
}

/** Why they may be one, in words. */
export const evidenceWords = (one: MergeSuggestion) => one.evidence.map(({ reason, shown }) => t(`customers.suggestion.reason.${reason}`, { shown: shown ?? '' }).trim())
