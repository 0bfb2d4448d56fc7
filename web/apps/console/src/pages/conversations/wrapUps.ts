import type { WrapUpReason } from '@zhike/api'
import { computed } from 'vue'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'

/** A reason one may choose, with the one above it. */
export interface Choice {
  id: string
  label: string
  under: string
}

/** The reasons to choose from: those with others below them are headings. Without any, nobody owes a wrap-up. */
export function useWrapUpReasons() {
  const reasons = useAll<WrapUpReason>('/wrap-up-reasons', {}, can('conversations.read'))
  const choices = computed<Choice[]>(() => {
    const open = reasons.rows.value.filter(({ archived }) => !archived).sort((a, b) => a.position - b.position)
    const tops = open.filter(({ parent_id }) => !parent_id)
    return tops.flatMap((top) => {
      const below = open.filter(({ parent_id }) => parent_id === top.id)
      return below.length > 0 ? below.map(({ id, label }) => ({ id, label, under: top.label })) : [{ id: top.id, label: top.label, under: '' }]
    })
  })
  return { choices, wrapsUp: computed(() => choices.value.length > 0) }
}
