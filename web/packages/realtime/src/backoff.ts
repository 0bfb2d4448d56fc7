/** Shortest and longest wait before trying again, in milliseconds. */
export const FIRST_WAIT = 400
export const LONGEST_WAIT = 15_000

/**
 * How long to wait before attempt `attempt` (0 is the first): a random part of an
 * exponentially growing span, so that a thousand browsers do not return in one second.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt)
  return Math.round(ceiling / 2 + (ceiling / 2) * random())
}
