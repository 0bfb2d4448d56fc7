import type { Article, KnowledgeGap } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

type Look = { tone: StateTone; word: string }

/** How an article stands, as shape, word and colour. */
export function lookOf(one: Pick<Article, 'state' | 'stale'>): Look {
  if (one.stale) return { tone: 'warning', word: t('knowledge.stale') }
  const tone = { draft: 'idle', in_review: 'active', published: 'good', archived: 'idle' } as const
  return { tone: tone[one.state], word: t(`knowledge.states.${one.state}`) }
}

/** How a gap stands. */
export function gapLook({ state }: Pick<KnowledgeGap, 'state'>): Look {
  const tone = { open: 'warning', writing: 'active', closed: 'good', dismissed: 'idle' } as const
  return { tone: tone[state], word: t(`knowledge.gaps.states.${state}`) }
}

/** Where customers read a public article, as a link to send. */
export const publicUrl = (link: string) => `${window.location.origin}${link}`
