/** How a channel counts a text in parts: which letters are cheap, what goes before it, and how many parts at most. */
export interface Counting {
  alphabet: string
  prefix: string
  most: number
}

/** Letters of seven bits; those of the second table take two places. */
const BASIC = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const EXTRA = new Set('\f^{}\\[~]|€')
/** Places of a part, and of a text that needs no second, by alphabet. */
const SIZES = { gsm7: [153, 160], latin1: [134, 140], ucs2: [67, 70] } as const
type Alphabet = keyof typeof SIZES

/** Places a letter takes; nothing where the alphabet has none of it. */
function places(letter: string, alphabet: Alphabet): number | undefined {
  if (alphabet === 'ucs2') return letter.length
  if (alphabet === 'latin1') return letter.charCodeAt(0) < 256 && letter.length === 1 ? 1 : undefined
  return BASIC.has(letter) ? 1 : EXTRA.has(letter) ? 2 : undefined
}

/** In how many text messages a text goes: as the server cuts it, no letter torn. */
export function partsOf(text: string, { alphabet, prefix }: Counting): number {
  const letters = [...(prefix + text)]
  const cheap: Alphabet = alphabet === 'gsm7' || alphabet === 'latin1' ? alphabet : 'ucs2'
  const used = letters.every((letter) => places(letter, cheap) !== undefined) ? cheap : 'ucs2'
  const [part, whole] = SIZES[used]
  let count = 1
  let full = 0
  let all = 0
  for (const letter of letters) {
    const size = places(letter, used) ?? 0
    all += size
    if (full + size > part) {
      count += 1
      full = 0
    }
    full += size
  }
  return all <= whole ? 1 : count
}
