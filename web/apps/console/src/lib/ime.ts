/** After a composition ends, browsers still deliver the key that ended it; for this long it is not ours, in milliseconds. */
const ECHO = 50

/** Tells whether a key belongs to the input method and must not be taken as a command. */
export function useIme() {
  let endedAt = Number.NEGATIVE_INFINITY
  return {
    /** Bind to `compositionend`. */
    onCompositionEnd: () => {
      endedAt = performance.now()
    },
    composing: (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229 || performance.now() - endedAt < ECHO,
  }
}
