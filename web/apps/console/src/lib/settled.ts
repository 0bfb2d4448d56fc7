import { onScopeDispose, readonly, type Ref, shallowRef, watch } from 'vue'

/** The value as it is once it has not changed for `ms` milliseconds: what is asked for while somebody types. */
export function useSettled<T>(value: Readonly<Ref<T>>, ms: number): Readonly<Ref<T>> {
  const settled = shallowRef(value.value)
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(value, (now) => {
    clearTimeout(timer)
    timer = setTimeout(() => (settled.value = now), ms)
  })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(settled) as Readonly<Ref<T>>
}
