import type { Approval, ApprovalKind } from '@zhike/api'
import { formatMoney, formatNumber } from '@zhike/i18n'

/** What may be asked for. */
export const KINDS: readonly ApprovalKind[] = ['compensation', 'discount', 'points', 'credit', 'purge']

/** What a person may ask for by hand: removals are asked for where customers are chosen. */
export const ASKED = KINDS.filter((kind) => kind !== 'purge')

/** The currency amounts are asked in until the organisation may choose. */
export const CURRENCY = 'CNY'

/** Points and records to be removed have no currency. */
export const currencyOf = (kind: ApprovalKind): string | null => (kind === 'points' || kind === 'purge' ? null : CURRENCY)

/** An amount as it is read: money with its sign, points as a number. */
export function amountWords({ amount, currency }: Pick<Approval, 'amount' | 'currency'>): string {
  return currency === null ? formatNumber(amount) : formatMoney(amount, currency)
}
