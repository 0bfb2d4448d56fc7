import { type ComputedRef, computed, inject, type InjectionKey, type Ref } from 'vue'

/** What a Field tells the control inside it. */
export interface FieldContext {
  id: string
  invalid: ComputedRef<boolean>
  describedBy: ComputedRef<string | undefined>
}

export const fieldKey: InjectionKey<FieldContext> = Symbol('field')
export const formErrorsKey: InjectionKey<Ref<ReadonlyMap<string, string>>> = Symbol('form errors')

/** The complaints of the Form around, by field name; empty outside a Form. */
export function useFieldErrors(): Ref<ReadonlyMap<string, string>> {
  return inject(formErrorsKey, () => computed(() => new Map<string, string>()), true)
}

/** The attributes a control takes from the Field around it. */
export function useFieldAttributes() {
  const field = inject(fieldKey, undefined)
  return computed(() => ({
    id: field?.id,
    'aria-invalid': field?.invalid.value || undefined,
    'aria-describedby': field?.describedBy.value,
  }))
}

/** The common look of everything one types or picks in. */
export const controlLook =
  'w-full rounded-md border border-control bg-surface px-2.5 text-sm text-ink transition-colors hover:border-ink2 focus:border-accent focus:outline-2 focus:outline-offset-0 focus:outline-accent/30 disabled:border-line disabled:bg-sunken disabled:text-ink3 aria-invalid:border-bad'
