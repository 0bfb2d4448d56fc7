import { ref, shallowRef } from 'vue'

/**
 * A verb with its waiting and its failure. A second press while the first is under way
 * does nothing; the error stays until the next try, for a Form or a toast to show.
 */
export function useAction<A extends unknown[]>(act: (...args: A) => Promise<void>) {
  const busy = ref(false)
  const error = shallowRef<unknown>(undefined)

  async function run(...args: A): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = undefined
    try {
      await act(...args)
      return true
    } catch (cause) {
      error.value = cause
      return false
    } finally {
      busy.value = false
    }
  }

  return { run, busy, error, reset: () => (error.value = undefined) }
}
