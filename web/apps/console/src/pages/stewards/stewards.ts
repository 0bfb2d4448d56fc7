import { useQueryClient } from '@tanstack/vue-query'
import type { FirstContact, IntakeBatch } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { useTopic } from '@/app/realtime'

export const CLIENT_TYPES = ['person', 'company', 'reseller', 'other'] as const
export const MARKET_KINDS = ['demand', 'price', 'competitor', 'policy', 'quality', 'other'] as const

const BATCH: Record<IntakeBatch['state'], StateTone> = { draft: 'idle', submitted: 'warning', classified: 'good' }

export const batchLook = (one: IntakeBatch): { tone: StateTone; word: string } => ({ tone: BATCH[one.state], word: t(`stewards.states.${one.state}`) })

/** Where a batch came from: whose day, or which department. */
export const batchOf = (one: IntakeBatch): string => (one.source === 'feed' ? one.department : one.owner_name)

export function contactLook(one: FirstContact, now: number): { tone: StateTone; word: string } {
  if (one.state === 'dropped') return { tone: 'idle', word: t('stewards.first.states.dropped') }
  if (one.state === 'met') return one.overdue ? { tone: 'warning', word: t('stewards.first.states.met_late') } : { tone: 'good', word: t('stewards.first.states.met') }
  if (one.due_at <= now) return { tone: 'bad', word: t('stewards.first.states.overdue') }
  if (one.contact_at !== null) return { tone: 'active', word: t('stewards.first.states.spoken') }
  return one.remind_at <= now ? { tone: 'warning', word: t('stewards.first.states.soon') } : { tone: 'idle', word: t('stewards.first.states.open') }
}

/** 18:00 of 1080. */
export const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

/** 1080 of 18:00; midnight is the day's end. */
export function minuteOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number)
  const minute = (hours ?? 0) * 60 + (minutes ?? 0)
  return minute === 0 ? 1_440 : minute
}

/** What these lists show follows what happens. */
export function useLive(topic: 'intake_batches' | 'first_contacts' | 'market_reports', ...keys: string[]): () => void {
  const queries = useQueryClient()
  const again = () => {
    for (const key of keys) void queries.invalidateQueries({ queryKey: [key] })
  }
  useTopic(topic, { fact: again, refetch: again })
  return again
}
