import { useQuery } from '@tanstack/vue-query'
import { api, type Candidate } from '@zhike/api'
import { computed, type MaybeRefOrGetter, toValue } from 'vue'
import { can } from '@/app/session'

/** Whom one may ask into a conversation, or name in a note; asked for once it is wanted. */
export function useCandidates(wanted: MaybeRefOrGetter<boolean>) {
  const found = useQuery({
    queryKey: ['/conversation-candidates'],
    queryFn: ({ signal }) => api.get<Candidate[]>('/conversation-candidates', { signal }),
    staleTime: 60_000,
    enabled: computed(() => toValue(wanted) && can('conversations.reply')),
  })
  return computed(() => found.data.value ?? [])
}

/** What is typed after an @ right before the caret; undefined where no @ calls for names. An address is no call. */
export function calling(text: string, caret: number): { from: number; typed: string } | undefined {
  const match = /(?:^|[^\w.%+-])@([^\s@]{0,20})$/u.exec(text.slice(0, caret))
  return match ? { from: caret - (match[1]?.length ?? 0) - 1, typed: match[1] ?? '' } : undefined
}

/** Colleagues by what is typed of them, best first: name, initials, pinyin, then any part. */
export function findPeople<P extends Candidate>(people: readonly P[], typed: string): P[] {
  const q = typed.trim().toLowerCase()
  const starts = (readings: string) => readings.split(' ').some((reading) => reading.startsWith(q))
  const rank = ({ name, initials, pinyin }: P) => {
    const called = name.toLowerCase()
    return called.startsWith(q) ? 0 : starts(initials) ? 1 : starts(pinyin) ? 2 : called.includes(q) || pinyin.includes(q) ? 3 : 4
  }
  return people.map((one) => ({ one, at: rank(one) })).filter(({ at }) => at < 4).sort((a, b) => a.at - b.at).map(({ one }) => one)
}

/** A stretch of a note: words, or somebody's name. */
export interface NoteStretch {
  text: string
  id?: string
}

/** Splits a note at the names in it; of names that begin alike the longest counts. */
export function atNames(text: string, named: readonly { id: string; name: string }[]): NoteStretch[] {
  const longest = [...named].sort((a, b) => b.name.length - a.name.length)
  const parts: NoteStretch[] = []
  let from = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const one = longest.find(({ name }) => name !== '' && text.startsWith(name, at + 1))
    if (!one) continue
    if (at > from) parts.push({ text: text.slice(from, at) })
    parts.push({ text: `@${one.name}`, id: one.id })
    from = at + 1 + one.name.length
    at = from - 1
  }
  if (from < text.length) parts.push({ text: text.slice(from) })
  return parts
}

/** Who is named in a note: those picked, and those whose name only one colleague has. */
export function namedIn(text: string, people: readonly Candidate[], picked: ReadonlyMap<string, string>): string[] {
  const alike = (name: string) => people.filter((one) => one.name === name).length
  const known = people.filter(({ user_id, name }) => picked.has(user_id) || alike(name) === 1)
  // Of two who are called the same, the one who was picked is meant.
  const named = known.map(({ user_id, name }) => ({ id: user_id, name }))
  return [...new Set(atNames(text, named).flatMap(({ id }) => (id ? [id] : [])))]
}
