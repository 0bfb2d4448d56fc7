import { useQueryClient } from '@tanstack/vue-query'
import type { Recognition } from '@zhike/api'
import { t } from '@zhike/i18n'
import { toast } from '@zhike/ui'
import { useRouter } from 'vue-router'
import { callFor } from '@/app/notices'
import { useTopic } from '@/app/realtime'
import { can, me } from '@/app/session'

/** Praise of whoever sits here is told at once, wherever they are (R105). */
export function usePraiseNews(): void {
  if (!can('feedback.wall')) return
  const router = useRouter()
  const queries = useQueryClient()
  useTopic('recognitions', {
    fact: ({ data }) => {
      const one = data as Recognition
      void queries.invalidateQueries({ queryKey: ['/recognitions'] })
      // A reward is told as a change of what was told before.
      if (one.person_id !== me.value?.id || one.version !== 1) return
      const words = one.words.length > 60 ? `${one.words.slice(0, 60)}…` : one.words
      const open = () => void router.push({ name: 'wall' })
      toast(t('feedback.wall.news_mine', { words }), 'good', { label: t('feedback.wall.to_wall'), run: open })
      callFor(one.id, t('feedback.wall.title'), words, 'message', open)
    },
  })
}
