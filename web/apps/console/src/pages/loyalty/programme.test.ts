import type { LoyaltyRules } from '@zhike/api'
import { expect, test } from 'vitest'
import { toForm, toRules } from './programme'

const rules: LoyaltyRules = {
  enabled: true,
  currency: 'CNY',
  joining: 'first_order',
  earning: { points: 1, per: 100, minimum: 1_000, order: 0, first_order: 100, birthday: 88, pending_days: 7 },
  expiry: { months: 12, until: 'month', returned_days: 30 },
  burning: { as_money: true, points: 100, worth: 150, least: 100, most_percent: 50 },
  campaigns: [{ name: '双倍', from: '2026-11-01', to: '2026-11-30', percent: 200, cap: null }],
  tiers: { basis: 'spend', window_months: 12, grace_days: 30, downgrade: 'one_step', list: [{ name: '金卡', colour: 'gold', from: 500_000, percent: 120, entitlements: ['优先接待'] }] },
  referrals: { referrer: 0, referred: 0, monthly: 5 },
  adjustment_limit: 500,
  page: { enabled: false, address: '', sms_channel_id: null, link_days: 7 },
}

test('rules that were not touched come back as they were', () => {
  expect(toRules(toForm(rules), rules)).toEqual(rules)
})

test('money is typed in whole units and an empty cap is none', () => {
  const form = toForm(rules)
  expect([form.worth, form.tiers[0]?.from, form.campaigns[0]?.cap]).toEqual([1.5, 5000, ''])
  form.basis = 'points'
  form.worth = '2.25'
  expect(toRules(form, rules).tiers.list[0]?.from).toBe(5000)
  expect(toRules(form, rules).burning.worth).toBe(225)
})
