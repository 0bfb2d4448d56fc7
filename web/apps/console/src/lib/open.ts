import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * Which thing of a list is open, kept in the address (`?open=`): a drawer can be linked to,
 * and Back closes it. The word `new` opens an empty form.
 */
export function useOpen() {
  const route = useRoute()
  const router = useRouter()
  const id = computed(() => (typeof route.query.open === 'string' ? route.query.open : undefined))
  const set = (open: string | undefined) => {
    const { open: _, ...rest } = route.query
    void router.push({ query: open ? { ...rest, open } : rest })
  }
  return { id, set, isNew: computed(() => id.value === 'new'), close: () => set(undefined) }
}
