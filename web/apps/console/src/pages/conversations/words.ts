/** A stretch of a message: plain words, or an address one may follow. */
export interface Stretch {
  text: string
  href?: string
}

/** Only addresses of the web become links; whatever else a customer writes stays text. */
const ADDRESS = /https?:\/\/[^\s<>"'，。！？；：、（）【】《》“”‘’]+/giu

/** Splits a message into words and links; what closes a sentence is not part of an address. */
export function stretches(text: string): Stretch[] {
  const found: Stretch[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    const href = match[0].replace(/[.,!?;:)\]]+$/u, '')
    if (match.index > at) found.push({ text: text.slice(at, match.index) })
    found.push({ text: href, href })
    at = match.index + href.length
  }
  if (at < text.length) found.push({ text: text.slice(at) })
  return found
}
