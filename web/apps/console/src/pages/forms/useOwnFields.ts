import { useQuery } from '@tanstack/vue-query'
import { api, type FormKind, type OwnForm } from '@zhike/api'
import { computed, type MaybeRefOrGetter, ref, toValue, watch } from 'vue'
import { can } from '@/app/session'
import { filled, type Own, whole } from './fields'

/** A form's own fields while it is filled in: what they are, what stands in them, whether that is enough. */
export function useOwnFields(form: MaybeRefOrGetter<FormKind>) {
  const found = useQuery({ queryKey: computed(() => ['/forms', toValue(form)]), queryFn: ({ signal }) => api.get<OwnForm>('/forms/{form}', { path: { form: toValue(form) }, signal }), enabled: can('forms.fill') })
  const own = ref<Own>({})
  // Another form asks something else.
  watch(() => toValue(form), () => (own.value = {}))
  const fields = computed(() => found.data.value?.fields ?? [])
  return { fields, own, ready: computed(() => whole(fields.value, own.value)), sent: () => (fields.value.length > 0 ? { own_fields: filled(own.value) } : {}) }
}
