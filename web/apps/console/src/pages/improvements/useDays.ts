import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Which days and unit figures are of: in the address, so that they can be linked to. */
export function useDays() {
  const route = useRoute()
  const router = useRouter()
  const said = (name: string) => (typeof route.query[name] === 'string' && route.query[name] !== '' ? (route.query[name] as string) : undefined)
  const query = computed(() => Object.fromEntries((['from', 'to', 'unit'] as const).flatMap((name) => (said(name) === undefined ? [] : [[name, said(name) as string]]))))
  const set = (change: Record<string, string | null>) => void router.replace({ query: Object.fromEntries(Object.entries({ ...route.query, ...change }).filter(([, value]) => value)) as Record<string, string> })
  return { query, set, said }
}
