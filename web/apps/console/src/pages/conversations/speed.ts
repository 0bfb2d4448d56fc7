/** Speed is measured over so much time spent typing, in milliseconds. */
const WINDOW = 60_000
/** A pause longer than this is not typing. */
const IDLE = 3_000
/** Before so much typing there is no speed to speak of. */
const LEAST = 4_000
export const BARS = 12

interface Stroke {
  /** Time spent typing before it, since the one before. */
  gap: number
  characters: number
}

/**
 * Typing speed in characters a minute: what the input method committed, over the last minute
 * spent typing. Pastes and canned replies are not told to it, pauses are not counted.
 */
export class Speed {
  private strokes: Stroke[] = []
  private last: number | undefined

  /** So many characters were committed. */
  commit(characters: number, now: number): void {
    if (characters <= 0) return
    const gap = this.last === undefined ? 0 : now - this.last
    this.last = now
    this.strokes.push({ gap: gap > IDLE ? 0 : gap, characters })
    let total = this.active
    while (total > WINDOW) total -= this.strokes.shift()?.gap ?? 0
  }

  private get active(): number {
    return this.strokes.reduce((sum, { gap }) => sum + gap, 0)
  }

  /** Characters a minute; undefined while too little was typed. */
  get perMinute(): number | undefined {
    const active = this.active
    if (active < LEAST) return undefined
    return Math.round((this.strokes.reduce((sum, { characters }) => sum + characters, 0) * 60_000) / active)
  }

  /** The window in twelve slices, oldest first, each from 0 to 1 of the quickest. */
  get bars(): number[] {
    const slices = Array.from({ length: BARS }, () => 0)
    let back = 0
    for (const { gap, characters } of this.strokes.toReversed()) {
      const at = BARS - 1 - Math.min(BARS - 1, Math.floor(back / (WINDOW / BARS)))
      slices[at]! += characters
      back += gap
    }
    const most = Math.max(1, ...slices)
    return slices.map((slice) => slice / most)
  }
}
