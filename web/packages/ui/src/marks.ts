/** A stretch of a text, from the first to behind the last, in UTF-16 units as JavaScript and the server count. */
export interface MarkedRange {
  start: number
  end: number
}

/** A piece of a text: found or not. */
export interface Marked {
  text: string
  found: boolean
}

/** Splits a text at its marked ranges. */
export function split(text: string, ranges: readonly MarkedRange[]): Marked[] {
  const parts: Marked[] = []
  let at = 0
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (end <= at || start >= text.length) continue
    const from = Math.max(at, start)
    if (from > at) parts.push({ text: text.slice(at, from), found: false })
    parts.push({ text: text.slice(from, end), found: true })
    at = end
  }
  if (at < text.length) parts.push({ text: text.slice(at), found: false })
  return parts
}

/** Where the words of a query stand in a text, for answers that do not say. */
export function locate(text: string, query: string): MarkedRange[] {
  const low = text.toLowerCase()
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      const found: MarkedRange[] = []
      for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, at + word.length)) found.push({ start: at, end: at + word.length })
      return found
    })
}
