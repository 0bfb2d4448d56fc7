/** A stretch of a text: found or not. */
export interface Marked {
  text: string
  found: boolean
}

/** Splits a text at ranges `[start, end)` counted in characters (code points, as the server counts). */
export function split(text: string, ranges: readonly (readonly [number, number])[]): Marked[] {
  const characters = [...text]
  const parts: Marked[] = []
  let at = 0
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (end <= at || start >= characters.length) continue
    const from = Math.max(at, start)
    if (from > at) parts.push({ text: characters.slice(at, from).join(''), found: false })
    parts.push({ text: characters.slice(from, end).join(''), found: true })
    at = end
  }
  if (at < characters.length) parts.push({ text: characters.slice(at).join(''), found: false })
  return parts
}

/** Where the words of a query stand in a text, for answers that do not say. */
export function locate(text: string, query: string): [number, number][] {
  const characters = [...text.toLowerCase()]
  return query
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((word) => {
      const wanted = [...word]
      return characters.flatMap((_, at): [number, number][] => (wanted.every((character, offset) => characters[at + offset] === character) ? [[at, at + wanted.length]] : []))
    })
}
