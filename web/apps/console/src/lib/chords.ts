import { onBeforeUnmount, onMounted } from 'vue'

/** A chord as it is printed: `Alt W`, `F8`. */
function chordOf(event: KeyboardEvent): string {
  // With Alt some layouts print another letter: the place on the keyboard decides.
  const key = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key
  return [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : '', event.shiftKey && key.length > 1 ? 'Shift' : '', key.length === 1 ? key.toUpperCase() : key].filter(Boolean).join(' ')
}

const writes = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Keys that work anywhere on the page for as long as the component lives. A bare character is left to whoever writes. */
export function useChords(chords: Record<string, () => void>): void {
  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return
    const act = chords[chordOf(event)]
    if (!act || (event.key.length === 1 && !event.altKey && !event.ctrlKey && !event.metaKey && writes(event.target))) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}
