import type { CannedReply } from '@zhike/api'

/** What stands for a gap the writer fills by hand: in a draft it survives as plain text. */
const OPEN = '‹'
const CLOSE = '›'
export const GAP = /‹[^‹›\n]{1,40}›/g

/** A piece of a filled text: words, a value put in, or a gap. */
export interface Piece {
  kind: 'words' | 'value' | 'gap'
  text: string
}

/** Puts the values in; what is unknown becomes a gap with the variable's name in words. */
export function fill(text: string, values: Record<string, string | undefined>, nameOf: (variable: string) => string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(/\{\{\s*(\??)\s*([^{}]*?)\s*\}\}/g)) {
    if (match.index > at) pieces.push({ kind: 'words', text: text.slice(at, match.index) })
    const [whole, question, name = ''] = match
    const value = question ? undefined : values[name]
    pieces.push(value ? { kind: 'value', text: value } : { kind: 'gap', text: question ? name : nameOf(name) })
    at = match.index + whole.length
  }
  if (at < text.length) pieces.push({ kind: 'words', text: text.slice(at) })
  return pieces
}

/** The pieces as they are put into the field. */
export function asText(pieces: readonly Piece[]): string {
  return pieces.map(({ kind, text }) => (kind === 'gap' ? `${OPEN}${text}${CLOSE}` : text)).join('')
}

/** A question a reply asks of its writer, and what stands for it in the field. */
export interface Prompt {
  /** What it asks, in words. */
  name: string
  /** The gap as it stands in a draft. */
  gap: string
}

/** What several replies leave to be filled, each question once however often it is asked, in the order they ask. */
export function prompts(texts: readonly (readonly Piece[])[]): Prompt[] {
  const names = new Set(texts.flatMap((pieces) => pieces.filter(({ kind }) => kind === 'gap').map(({ text }) => text)))
  return [...names].map((name) => ({ name, gap: `${OPEN}${name}${CLOSE}` }))
}

/** Several replies as one message: each a paragraph of its own, its questions answered; what has no answer stays a gap. */
export function together(texts: readonly (readonly Piece[])[], answers: Readonly<Record<string, string>> = {}): string {
  const answered = (pieces: readonly Piece[]) => pieces.map((piece) => (piece.kind === 'gap' && answers[piece.text]?.trim() ? { ...piece, kind: 'value' as const, text: answers[piece.text]?.trim() ?? '' } : piece))
  return texts.map((pieces) => asText(answered(pieces)).trim()).filter(Boolean).join('\n\n')
}

/** The gaps of a text: where each begins and ends. */
export function gaps(text: string): { start: number; end: number }[] {
  return [...text.matchAll(GAP)].map((match) => ({ start: match.index, end: match.index + match[0].length }))
}

/** The next gap after a place, round to the first. */
export function nextGap(text: string, after: number): { start: number; end: number } | undefined {
  const all = gaps(text)
  return all.find(({ start }) => start >= after) ?? all[0]
}

/** How a reply was found. */
export interface Hit {
  reply: CannedReply
  by: 'code' | 'title' | 'initials' | 'pinyin' | 'text'
}

/** The replies for what was typed after the slash, best first: code, title, initials, pinyin, then the words inside. */
export function find(replies: readonly CannedReply[], typed: string): Hit[] {
  const q = typed.toLowerCase()
  const ranked = replies.flatMap((reply) => {
    const place = rank(reply, q)
    return place ? [{ reply, by: place[0], rank: place[1] }] : []
  })
  return ranked.sort((a, b) => a.rank - b.rank || b.reply.uses - a.reply.uses || a.reply.code.localeCompare(b.reply.code)).map(({ reply, by }) => ({ reply, by }))
}

function rank(reply: CannedReply, q: string): [Hit['by'], number] | undefined {
  if (q === '') return ['code', 0]
  if (reply.code.startsWith(q)) return ['code', reply.code === q ? 0 : 1]
  const title = reply.title.toLowerCase()
  if (title.startsWith(q)) return ['title', 2]
  const starts = (readings: string) => readings.split(' ').some((reading) => reading.startsWith(q))
  if (starts(reply.initials)) return ['initials', 3]
  if (starts(reply.pinyin)) return ['pinyin', 4]
  if (title.includes(q) || reply.code.includes(q)) return ['title', 5]
  if (reply.initials.includes(q) || reply.pinyin.includes(q)) return ['pinyin', 6]
  return q.length > 1 && reply.text.toLowerCase().includes(q) ? ['text', 7] : undefined
}

/** What is typed after a slash right before the caret; undefined when no slash calls for replies. */
export function slash(text: string, caret: number): { from: number; typed: string } | undefined {
  const match = /(?:^|[\s，。！？、；：,.!?;:])\/([^\s/]{0,24})$/u.exec(text.slice(0, caret))
  return match ? { from: caret - (match[1]?.length ?? 0) - 1, typed: match[1] ?? '' } : undefined
}

/** What was said once, as it is kept to be said again: names become variables, longest first. */
export function asTemplate(text: string, values: Record<string, string | undefined>): string {
  const named = Object.entries(values).filter((pair): pair is [string, string] => (pair[1]?.length ?? 0) > 1)
  return named.sort((a, b) => b[1].length - a[1].length).reduce((template, [name, value]) => template.split(/(\{\{[^{}]*\}\})/).map((part, at) => (at % 2 ? part : part.replaceAll(value, `{{${name}}}`))).join(''), text)
}
