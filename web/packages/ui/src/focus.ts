/** A dialog begins at its first field, or at its own start: not at the button that closes it. */
export function focusFirst(event: Event): void {
  const box = event.target
  if (!(box instanceof HTMLElement)) return
  event.preventDefault()
  const first = box.querySelector<HTMLElement>('input:not([type="hidden"]), textarea, select') ?? box
  first.focus()
}
