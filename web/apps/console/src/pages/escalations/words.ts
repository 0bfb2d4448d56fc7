import type { EscalationLadder, EscalationLevel, Post } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import { computed } from 'vue'
import { can } from '@/app/session'
import { usePeople } from '@/lib/people'
import { useAll } from '@/lib/resource'

/** What people and posts are called, for levels that name one. */
export function useAddressees() {
  const { members, nameOf } = usePeople()
  const posts = useAll<Post>('/posts', {}, can('people.read'))
  const postName = (id: string | null | undefined) => posts.rows.value.find((post) => post.id === id)?.name
  return { members, posts: computed(() => posts.rows.value), nameOf, postName }
}

/** A level in words: after 30 minutes: whoever leads the reporter. */
export function levelWords(level: EscalationLevel, clock: EscalationLadder['clock'], { nameOf, postName }: Pick<ReturnType<typeof useAddressees>, 'nameOf' | 'postName'>): string {
  const whom = level.to === 'lead' ? t('escalations.to.lead') : level.to === 'person' ? (nameOf(level.user_id) ?? t('escalations.to.person')) : (postName(level.post_id) ?? t('escalations.to.post'))
  if (level.after_minutes === 0) return t('escalations.at_once', { whom })
  return t(clock === 'wall' ? 'escalations.after_wall' : 'escalations.after_business', { n: formatNumber(level.after_minutes), whom })
}
