import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { api, type AskCounts, type Asked } from '@zhike/api'
import { t } from '@zhike/i18n'
import { computed } from 'vue'
import { useRouter } from 'vue-router'
import { callFor } from '@/app/notices'
import { useTopic } from '@/app/realtime'
import { me } from '@/app/session'

/** How many wait for my answer; whoever is asked, and whoever is answered, is called. */
export function useAskBadge() {
  const queries = useQueryClient()
  const router = useRouter()
  const result = useQuery({
    queryKey: ['/asks', 'counts'],
    queryFn: ({ signal }) => api.get<AskCounts>('/asks/counts', { signal }),
    refetchInterval: 60_000,
  })
  const again = () => void queries.invalidateQueries({ queryKey: ['/asks'] })
  useTopic('asks', {
    fact: (fact) => {
      again()
      const ask = fact.data as Asked
      const asked = ask.state === 'open' && ask.version === 1 && ask.to_id === me.value?.id
      const answered = ask.state === 'answered' && ask.asked_by === me.value?.id
      const open = () => void router.push({ name: 'asks', query: { open: ask.id } })
      if (asked || answered) callFor(`${ask.id}.${ask.version}`, asked ? t('asks.asked_by', { name: ask.asked_by_name }) : t('asks.answered_by', { name: ask.answered_by_name ?? '' }), (answered && ask.answer) || ask.question, 'message', open)
    },
    refetch: again,
  })
  return computed(() => result.data.value?.open ?? 0)
}
