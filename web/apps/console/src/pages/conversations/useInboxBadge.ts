import { computed } from 'vue'
import { me } from '@/app/session'
import { countLenses } from './inbox'
import { useInbox } from './useInbox'

/** How many conversations wait for my reply. */
export function useInboxBadge() {
  const { rows } = useInbox()
  return computed(() => countLenses(rows.value.values(), me.value?.id ?? '').unanswered)
}
