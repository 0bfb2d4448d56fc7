/**
 * What people send is shown as text and nothing else. Here it is made safe for the eye: a text
 * cannot reorder what stands around it, pass for another, or take the screen by size.
 */

/**
 * What is not seen: marks that turn the direction of what follows, blanks without width, fillers.
 * The joiner stays between emoji, and so does what chooses their colour.
 */
const UNSEEN = /(?!\u200D|\uFE0E|\uFE0F)\p{Default_Ignorable_Code_Point}|\u200D(?!\p{Extended_Pictographic})/gu
/** Other control characters; tab and line break stay. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
/** More accents on one letter than any language needs. */
const STACKED = /(\p{M}{4})\p{M}+/gu
const BLANK_LINES = /\n{3,}/g

/** The text as it is shown. */
export const tidy = (text: string): string => text.replace(UNSEEN, '').replace(CONTROL, '').replace(STACKED, '$1').replace(BLANK_LINES, '\n\n')

export interface Link {
  href: string
  label: string
}

const ADDRESS = /https?:\/\/[^\s<>"'`，。；：！？、（）《》「」『』【】“”]+/gi

/** The text in pieces, its web addresses apart. Only http and https, and never one that hides its host behind a name. */
export function pieces(text: string): (string | Link)[] {
  const shown = tidy(text)
  const found: (string | Link)[] = []
  let from = 0
  for (const match of shown.matchAll(ADDRESS)) {
    const address = trim(match[0])
    const link = linkTo(address)
    if (!link) continue
    if (match.index > from) found.push(shown.slice(from, match.index))
    found.push(link)
    from = match.index + address.length
  }
  if (from < shown.length) found.push(shown.slice(from))
  return found
}

/** Punctuation that ends the sentence is not the address's. */
function trim(address: string): string {
  const bare = address.replace(/[.,;:!?…]+$/, '')
  return /[)\]}]$/.test(bare) && !/[([{]/.test(bare) ? trim(bare.slice(0, -1)) : bare
}

/** The label names the host as the network knows it, so that look-alike letters show. */
function linkTo(address: string): Link | undefined {
  try {
    const url = new URL(address)
    if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password || !url.hostname.includes('.')) return undefined
    const written = /^https?:\/\/([^/?#]*)/i.exec(address)
    const label = written && written[1]?.toLowerCase() !== url.host ? `${url.protocol}//${url.host}${address.slice(written[0].length)}` : address
    return { href: url.href, label }
  } catch {
    return undefined
  }
}

/** An address of a card, or nothing: only https. */
export function secure(address: string | undefined): string | undefined {
  try {
    const url = new URL(address ?? '')
    return url.protocol === 'https:' && !url.username ? url.href : undefined
  } catch {
    return undefined
  }
}
