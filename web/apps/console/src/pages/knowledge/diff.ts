/** A line of two texts beside each other: it stayed, it came, or it went. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Lines beyond which texts are not compared line by line. */
const MOST = 2_000

/** What changed from one text to another, line by line: the longest run of lines that stayed stays. */
export function diff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  const said = (kind: DiffLine['kind']) => (text: string): DiffLine => ({ kind, text })
  if (a.length > MOST || b.length > MOST) return [...a.map(said('removed')), ...b.map(said('added'))]
  // How many lines stay from here on.
  const stay = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) stay[i]![j] = a[i] === b[j] ? stay[i + 1]![j + 1]! + 1 : Math.max(stay[i + 1]![j]!, stay[i]![j + 1]!)
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (j >= b.length || (i < a.length && stay[i + 1]![j]! >= stay[i]![j + 1]!)) lines.push({ kind: 'removed', text: a[i++]! })
    else lines.push({ kind: 'added', text: b[j++]! })
  }
  return lines
}
