import { useQuery } from '@tanstack/vue-query'
import { api, type Mail } from '@zhike/api'
import { computed, type ComputedRef, inject, type InjectionKey, type Ref } from 'vue'

/** The mails of the conversation on screen, by the numbers of the messages they carry: their words, and their files. */
export const MAILS: InjectionKey<ComputedRef<ReadonlyMap<number, Mail>>> = Symbol('mails')

const numbers = ({ seq, last_seq }: Mail) => (seq === null ? [] : Array.from({ length: (last_seq ?? seq) - seq + 1 }, (_, at) => seq + at))

/** The mails of a conversation that came by mail; none of any other. */
export function useMails(id: string, byMail: Ref<boolean>) {
  const query = useQuery({
    queryKey: ['/conversations', id, 'mails'],
    queryFn: ({ signal }) => api.get<Mail[]>('/conversations/{id}/mails', { path: { id }, signal }),
    enabled: byMail,
  })
  const all = computed(() => query.data.value ?? [])
  const bySeq = computed<ReadonlyMap<number, Mail>>(() => new Map(all.value.flatMap((mail) => numbers(mail).map((seq) => [seq, mail] as const))))
  return { all, bySeq, refetch: () => void (byMail.value && query.refetch()) }
}

/** The mail that carries this message, if it is one by mail. */
export function useMailOf(seq: () => number) {
  const mails = inject(MAILS, undefined)
  return computed(() => mails?.value.get(seq()))
}
