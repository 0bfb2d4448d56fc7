import { pieces, tidy } from '../safe'

/** Line drawings of 24 by 24. */
export const SHAPES = {
  chat: 'M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12zM9 10.500h7M9 14h4.500',
  left: 'M14.500 6l-6 6 6 6',
  down: 'M6 9.500l6 6 6-6',
  cross: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 20V5M5.500 11.500 12 5l6.500 6.500',
  tick: 'M5 12.500l4.500 4.500L19 7.500',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  quote: 'M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6v1',
  note: 'M5 4h14v10l-5.500 6H5zM13.500 20v-6H19',
  image: 'M3.500 4.500h17v15h-17zM4 17l5-4.500 3 2.500 3.500-3.500 5 4.500M8.700 9.700v.01',
  camera: 'M4 7.500h4l1.500-2.500h5L16 7.500h4v11.500H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  clip: 'm21 11-8.600 8.600a5.500 5.500 0 0 1-7.800-7.800L13.200 3.200a3.700 3.700 0 0 1 5.200 5.200l-8.600 8.600a1.800 1.800 0 0 1-2.600-2.600l7.900-7.900',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14.500c1.800 2.400 5.200 2.400 7 0M9 9.500v.2M15 9.500v.2',
  end: 'M5 12a7 7 0 1 0 3-5.700M12 4v8',
} as const

export function Icon({ of, class: className = '' }: { of: keyof typeof SHAPES; class?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class={className}>
      <path d={SHAPES[of]} />
    </svg>
  )
}

/** What a person wrote: text, and links to the web; alone with its own direction. */
export function Words({ text }: { text: string }) {
  return (
    <bdi>
      {pieces(text).map((piece) =>
        typeof piece === 'string' ? (
          piece
        ) : (
          <a key={piece.href} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.label}
          </a>
        ),
      )}
    </bdi>
  )
}

/** A name somebody chose. */
export const Name = ({ of }: { of: string }) => <bdi>{tidy(of)}</bdi>
