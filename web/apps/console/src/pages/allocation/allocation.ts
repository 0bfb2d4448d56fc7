import { useQueryClient } from '@tanstack/vue-query'
import type { AllocationBound, AllocationClass, AllocationMove, AllocationPlan, AllocationRun, AllocationSeat } from '@zhike/api'
import { formatNumber, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { useTopic } from '@/app/realtime'

const TONES: Record<AllocationRun['state'], StateTone> = { computing: 'active', ready: 'warning', applying: 'active', applied: 'good', undoing: 'active', undone: 'idle', failed: 'bad' }

export const WHYS = ['new', 'even', 'away', 'unable', 'stays', 'kept', 'kept_unable', 'nobody_able', 'no_room'] as const

export const lookOf = (run: AllocationRun): { tone: StateTone; word: string } => ({ tone: TONES[run.state], word: t(`allocation.states.${run.state}`) })

/** The least and the most anybody has who is there; the same twice where nobody is. */
export function spread(run: AllocationRun, when: 'before' | 'after'): [number, number] {
  const loads = (run.outcome?.people ?? []).filter(({ away }) => !away).map((load) => load[when])
  return loads.length > 0 ? [Math.min(...loads), Math.max(...loads)] : [0, 0]
}

/** What came, or would come, of a run, in a line. */
export function tallyOf(run: AllocationRun): string {
  if (!run.outcome) return ''
  const [least, most] = spread(run, 'after')
  const handed = run.outcome.new + run.outcome.moves
  const each = least === most ? formatNumber(most) : t('allocation.range', { least: formatNumber(least), most: formatNumber(most) })
  return t('allocation.tally', { n: formatNumber(run.outcome.customers), people: formatNumber(run.plan.people.length), moves: formatNumber(handed), each })
}

/** What somebody must be good at: 英语 ≥ 3. */
export const needsOf = (one: AllocationClass): string => one.needs.map(({ skill, level }) => t('allocation.need', { skill, level })).join(t('allocation.and'))

/** Why a customer goes where they go, whole. */
export function whyOf(move: AllocationMove): string {
  const why = t(`allocation.whys.${move.why}`)
  const needs = needsOf(move.class)
  const of = move.to_id && move.from_id !== move.to_id ? t('allocation.least_of', { n: formatNumber(move.class.able) }) : ''
  return [why, needs && t('allocation.needed', { needs }), of].filter(Boolean).join(t('allocation.then'))
}

/** Who a floor is about: the first few names, and how many there are. */
export const namesOf = (bound: AllocationBound): string =>
  bound.people > bound.names.length ? t('allocation.names_more', { names: bound.names.join(t('allocation.and')), n: formatNumber(bound.people) }) : bound.names.join(t('allocation.and'))

export const seat = (userId: string): AllocationSeat => ({ user_id: userId, least: 0, most: null, share: 100, away: false })

export const fresh = (): AllocationPlan => ({ who: { looked_after: 'nobody', owner_id: null, stage: null, import_id: null, words: null }, segment_id: null, tag_id: null, keep: 'all', needs: [], people: [], count_held: true })

/** Runs, and what is open of them, follow what happens. */
export function useLiveRuns(): void {
  const queries = useQueryClient()
  const again = () => void queries.invalidateQueries({ queryKey: ['/allocation-runs'] })
  useTopic('allocation_runs', { fact: again, refetch: again })
}
