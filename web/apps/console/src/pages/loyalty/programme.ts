import type { LoyaltyRules } from '@zhike/api'

/** A number as a field holds it. */
export type Typed = string | number | null

/** What fields hold while rules are edited: money in whole units, lists as lines. */
export interface RulesForm {
  enabled: boolean
  joining: LoyaltyRules['joining']
  points: Typed
  per: Typed
  minimum: Typed
  order: Typed
  first_order: Typed
  birthday: Typed
  pending_days: Typed
  months: Typed
  until: LoyaltyRules['expiry']['until']
  returned_days: Typed
  as_money: boolean
  burn_points: Typed
  worth: Typed
  least: Typed
  most_percent: Typed
  adjustment_limit: Typed
  referrer: Typed
  referred: Typed
  monthly: Typed
  page_enabled: boolean
  address: string
  sms_channel_id: string | null
  link_days: Typed
  basis: LoyaltyRules['tiers']['basis']
  window_months: Typed
  grace_days: Typed
  downgrade: LoyaltyRules['tiers']['downgrade']
  tiers: { name: string; colour: string; from: Typed; percent: Typed; entitlements: string }[]
  campaigns: { name: string; from: string; to: string; percent: Typed; cap: Typed }[]
}

const money = (minor: number): number => minor / 100
const minor = (typed: Typed): number => Math.round(Number(typed) * 100)
const whole = (typed: Typed): number => Math.trunc(Number(typed)) || 0

/** Rules as fields hold them. */
export function toForm(rules: LoyaltyRules): RulesForm {
  const { earning, expiry, burning, tiers } = rules
  const from = (value: number) => (tiers.basis === 'spend' ? money(value) : value)
  return {
    enabled: rules.enabled,
    joining: rules.joining,
    ...earning,
    per: money(earning.per),
    minimum: money(earning.minimum),
    ...expiry,
    as_money: burning.as_money,
    burn_points: burning.points,
    worth: money(burning.worth),
    least: burning.least,
    most_percent: burning.most_percent,
    points: earning.points,
    adjustment_limit: rules.adjustment_limit,
    ...rules.referrals,
    page_enabled: rules.page.enabled,
    address: rules.page.address,
    sms_channel_id: rules.page.sms_channel_id,
    link_days: rules.page.link_days,
    basis: tiers.basis,
    window_months: tiers.window_months,
    grace_days: tiers.grace_days,
    downgrade: tiers.downgrade,
    tiers: tiers.list.map((tier) => ({ ...tier, from: from(tier.from), entitlements: tier.entitlements.join('\n') })),
    campaigns: rules.campaigns.map(({ cap, ...one }) => ({ ...one, cap: cap ?? '' })),
  }
}

/** Fields as the rules they mean; what has no field stays as it was. */
export function toRules(form: RulesForm, before: LoyaltyRules): LoyaltyRules {
  const from = (typed: Typed) => (form.basis === 'spend' ? minor(typed) : whole(typed))
  return {
    ...before,
    enabled: form.enabled,
    joining: form.joining,
    earning: {
      points: whole(form.points),
      per: minor(form.per),
      minimum: minor(form.minimum),
      order: whole(form.order),
      first_order: whole(form.first_order),
      birthday: whole(form.birthday),
      pending_days: whole(form.pending_days),
    },
    expiry: { months: whole(form.months), until: form.until, returned_days: whole(form.returned_days) },
    burning: { as_money: form.as_money, points: whole(form.burn_points), worth: minor(form.worth), least: whole(form.least), most_percent: whole(form.most_percent) },
    adjustment_limit: whole(form.adjustment_limit),
    page: { enabled: form.page_enabled, address: form.address.trim(), sms_channel_id: form.sms_channel_id, link_days: whole(form.link_days) },
    referrals: { referrer: whole(form.referrer), referred: whole(form.referred), monthly: whole(form.monthly) },
    tiers: {
      basis: form.basis,
      window_months: whole(form.window_months),
      grace_days: whole(form.grace_days),
      downgrade: form.downgrade,
      list: form.tiers.map((tier) => ({ name: tier.name.trim(), colour: tier.colour, from: from(tier.from), percent: whole(tier.percent), entitlements: tier.entitlements.split('\n').map((line) => line.trim()).filter(Boolean) })),
    },
    campaigns: form.campaigns.map((one) => ({ name: one.name.trim(), from: one.from, to: one.to, percent: whole(one.percent), cap: one.cap === '' || one.cap === null ? null : whole(one.cap) })),
  }
}
