import type { LoyaltyMember, PointsEntry, PointsPart } from '@zhike/api'
import { formatMoney, formatNumber, t } from '@zhike/i18n'

/** A number of points with its sign, as a statement shows it. */
export function signed(points: number): string {
  return points > 0 ? `+${formatNumber(points)}` : points < 0 ? `−${formatNumber(-points)}` : '0'
}

/** One line of why an entry gave so many points. */
function part(one: PointsPart): string {
  const points = t('loyalty.so_many', { n: formatNumber(one.points) })
  const name = one.rule === 'tier' || one.rule === 'campaign' ? t(`loyalty.parts.${one.rule}`, { name: one.name ?? '', percent: one.percent ?? 0 }) : t(`loyalty.parts.${one.rule}`)
  return `${name} ${points}${one.capped ? t('loyalty.capped') : ''}`
}

/** Everything that explains an entry, in one line. */
export function explain(entry: PointsEntry): string {
  const about = entry.base == null ? '' : entry.kind === 'spend' ? t('loyalty.paid_for', { money: formatMoney(entry.base) }) : entry.kind === 'reverse' ? t('loyalty.refund_of', { money: formatMoney(entry.base) }) : t('loyalty.order_of', { money: formatMoney(entry.base) })
  const number = ['loyalty', 'orders', 'rewards'].includes(entry.source) ? '' : entry.reference
  const undone = entry.undone > 0 ? t('loyalty.undone', { n: formatNumber(entry.undone) }) : ''
  // What only changes its place has no sign: it says how much.
  const moved = entry.points === 0 ? t('loyalty.so_many', { n: formatNumber(entry.postings.reduce((sum, one) => sum + one.points, 0)) }) : ''
  return [moved, about, number, ...entry.parts.map(part), entry.reason, undone].filter(Boolean).join(' · ')
}

/** What counts towards a tier, as its rules say: points or money. */
export function counted(member: Pick<LoyaltyMember, 'basis'>, value: number): string {
  return member.basis === 'spend' ? formatMoney(value) : t('loyalty.so_many', { n: formatNumber(value) })
}

/** A tier's colour beside its name: a ring that differs in more than hue. */
export const RINGS: Record<string, string> = {
  bronze: 'border-warn',
  silver: 'border-control',
  gold: 'border-vip',
  teal: 'border-accent',
  ink: 'border-ink bg-ink',
}

/** A day of any year, as it is kept: `MM-DD`. */
export const monthDay = (month: number, day: number): string => [month, day].map((part) => String(part).padStart(2, '0')).join('-')
