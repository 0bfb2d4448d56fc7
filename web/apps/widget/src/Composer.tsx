import { useRef, useState } from 'preact/hooks'
import type { Texts } from './texts'

/** The server takes no longer message, in characters. */
const LONGEST = 4000
/** Browsers deliver the key that ended a composition this shortly after it, in milliseconds. */
const ECHO = 50

/** Where the customer writes. Enter sends, unless it belongs to an input method. */
export function Composer({ texts, onSay }: { texts: Texts; onSay: (text: string) => void }) {
  const [text, setText] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  const composedAt = useRef(Number.NEGATIVE_INFINITY)
  const ready = text.trim() !== '' && [...text].length <= LONGEST

  const send = () => {
    if (!ready) return
    onSay(text.trim())
    setText('')
    if (field.current) field.current.style.height = ''
    field.current?.focus()
  }

  const onKey = (event: KeyboardEvent) => {
    const composing = event.isComposing || event.keyCode === 229 || performance.now() - composedAt.current < ECHO
    if (event.key !== 'Enter' || event.shiftKey || composing) return
    event.preventDefault()
    send()
  }

  const onInput = (event: Event) => {
    const area = event.currentTarget as HTMLTextAreaElement
    setText(area.value)
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight + 2, 132)}px`
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={texts.input}
        aria-label={texts.input}
        enterkeyhint="send"
        onInput={onInput}
        onKeyDown={onKey}
        onCompositionEnd={() => {
          composedAt.current = performance.now()
        }}
      />
      <button type="submit" disabled={!ready} aria-label={texts.send}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 20V5M5.500 11.500 12 5l6.500 6.500" />
        </svg>
      </button>
    </form>
  )
}
