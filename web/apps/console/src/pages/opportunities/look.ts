import type { Opportunity, OpportunityCount, OpportunityEvidence, OpportunityStage, OpportunityStep } from '@zhike/api'
import { EMPTY, formatMoney, formatNumber, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import type { RouteLocationRaw } from 'vue-router'
import { can } from '@/app/session'

/** In the order of an opportunity's life. */
export const STAGES = ['discovered', 'confirmed', 'pursued', 'won', 'lost', 'dismissed'] as const satisfies readonly OpportunityStage[]
const TONES: Record<OpportunityStage, StateTone> = { discovered: 'warning', confirmed: 'active', pursued: 'active', won: 'good', lost: 'bad', dismissed: 'idle' }

export const stageWord = (stage: OpportunityStage) => t(`opportunities.stages.${stage}`)
export const lookOf = (stage: OpportunityStage): { tone: StateTone; word: string } => ({ tone: TONES[stage], word: stageWord(stage) })
/** Whole units are enough to compare by. */
export const money = (minor: number | null | undefined, currency: string) => (minor == null ? EMPTY : formatMoney(minor, currency).replace(/\.00$/, ''))
export const toMinor = (text: string | number | null) => (text === '' || text == null ? null : Math.round(Number(text) * 100))
export const fromMinor = (minor: number | null | undefined) => (minor == null ? '' : String(minor / 100))

/** How many stand in a stage, over all currencies, and what they may bring in each. */
export function inStage(counts: readonly OpportunityCount[], stage: OpportunityStage): { opportunities: number; value: string } {
  const rows = counts.filter((row) => row.stage === stage)
  const valued = rows.filter((row) => row.valued > 0)
  return { opportunities: rows.reduce((sum, row) => sum + row.opportunities, 0), value: valued.map((row) => money(row.value, row.currency)).join(' · ') || EMPTY }
}

/** How the value came about, in words. */
export function estimateOf(one: Opportunity): string {
  const each = one.each_value == null ? [] : [t('opportunities.each_times', { n: formatNumber(one.customers), each: money(one.each_value, one.currency) })]
  return [...each, ...(one.estimate ? [one.estimate] : [])].join(' · ')
}

/** Why it is an opportunity, in a sentence. */
export function basisOf(one: Opportunity): string | undefined {
  const basis = one.basis
  if (!basis) return undefined
  if (basis.segment) return t('opportunities.basis_segment', { segment: basis.segment })
  const words = [...(basis.words ?? []).map((word) => t('opportunities.quoted', { word })), ...(basis.reason ? [t('opportunities.by_reason', { reason: basis.reason })] : []), ...(basis.tag ? [t('opportunities.by_tag', { tag: basis.tag })] : [])].join(t('opportunities.or'))
  const params = { days: basis.window_days ?? 0, n: basis.customers ?? 0, threshold: basis.threshold ?? 0, words }
  return t(basis.earlier_id ? 'opportunities.basis_again' : 'opportunities.basis_rule', params)
}

/** Where a piece of evidence stands: the message, the record, the order, the customer. */
export function placeOf(piece: OpportunityEvidence): RouteLocationRaw | undefined {
  if (!piece.readable) return undefined
  if (piece.conversation_id && can('conversations.read')) return { name: 'conversations', params: { id: piece.conversation_id }, query: piece.seq == null ? {} : { at: piece.seq } }
  if (piece.record_id && can('inquiries.read')) return { name: 'inquiries', query: { open: piece.record_id } }
  return piece.customer_id && can('customers.read') ? { name: 'customer', params: { id: piece.customer_id } } : undefined
}

/** What happened, as a line of the history. */
export function stepWords(step: OpportunityStep): string {
  const moved = step.kind === 'moved' && step.to_stage
  return moved ? t('opportunities.steps.moved', { stage: stageWord(step.to_stage as OpportunityStage) }) : t(`opportunities.steps.${step.kind}`, { n: formatNumber(step.customers), m: formatNumber(step.evidence) })
}
