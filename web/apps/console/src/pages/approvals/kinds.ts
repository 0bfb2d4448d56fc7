/** What may be asked for so far; later modules bring theirs. */
export const KINDS = ['compensation', 'refund', 'discount', 'other'] as const
