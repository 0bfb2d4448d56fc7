import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Message } from '../frames'
import { fill, type Texts } from '../texts'
import { excerpt } from './Bubble'
import { Icon } from './parts'

/** The server takes no longer message, in characters. */
const LONGEST = 4000
/** Browsers deliver the key that ended a composition this shortly after it, in milliseconds. */
const ECHO = 50
const EMOJI = ['😊', '😂', '😅', '😍', '🤔', '😭', '😡', '🙏', '👍', '👌', '👏', '💪', '🌹', '🎉', '❤️', '✅']

interface Props {
  texts: Texts
  hint: string
  draft: string
  quoting: Message | null
  /** Rises whenever the field should be gone to. */
  focus: number
  onDraft: (text: string) => void
  onSay: (text: string) => void
  onFiles: (files: File[]) => void
  onQuoteOff: () => void
}

/** Where the customer writes. Enter sends, unless it belongs to an input method. */
export function Composer({ texts, hint, draft, quoting, focus, onDraft, onSay, onFiles, onQuoteOff }: Props) {
  const [tray, setTray] = useState<'' | 'ways' | 'emoji'>('')
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const composedAt = useRef(Number.NEGATIVE_INFINITY)
  const ready = draft.trim() !== '' && [...draft].length <= LONGEST

  useLayoutEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight + 2, 132)}px`
  }, [draft])
  useEffect(() => {
    if (focus > 0) field.current?.focus({ preventScroll: true })
  }, [focus])

  const send = () => {
    if (!ready) return
    onSay(draft.trim())
    setTray('')
    field.current?.focus()
  }

  const onKey = (event: KeyboardEvent) => {
    const composing = event.isComposing || event.keyCode === 229 || performance.now() - composedAt.current < ECHO
    // An input method's Escape is not for the panel either.
    if (composing && event.key === 'Escape') event.stopPropagation()
    if (event.key !== 'Enter' || event.shiftKey || composing) return
    event.preventDefault()
    send()
  }

  const pick = (accept: string, capture?: string) => {
    const input = picker.current
    if (!input) return
    input.accept = accept
    if (capture) input.setAttribute('capture', capture)
    else input.removeAttribute('capture')
    setTray('')
    input.click()
  }

  const insert = (emoji: string) => {
    const { selectionStart = draft.length, selectionEnd = draft.length } = field.current ?? {}
    onDraft(draft.slice(0, selectionStart) + emoji + draft.slice(selectionEnd))
    requestAnimationFrame(() => field.current?.setSelectionRange(selectionStart + emoji.length, selectionStart + emoji.length))
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {quoting && (
        <div class="quoting">
          <Icon of="quote" />
          <p>
            <b>{fill(texts.quoting, { name: quoting.author === 'customer' ? texts.you : quoting.author_name })}</b> <bdi>{excerpt(quoting, texts)}</bdi>
          </p>
          <button type="button" class="icon" aria-label={texts.cancel} onClick={onQuoteOff}>
            <Icon of="cross" />
          </button>
        </div>
      )}
      <div class="row">
        <button type="button" class="icon" aria-label={texts.attach} aria-expanded={tray !== ''} onClick={() => setTray(tray ? '' : 'ways')}>
          <Icon of={tray ? 'cross' : 'plus'} />
        </button>
        <textarea
          ref={field}
          rows={1}
          value={draft}
          placeholder={hint}
          aria-label={texts.input}
          enterkeyhint="send"
          onInput={(event) => onDraft(event.currentTarget.value)}
          onKeyDown={onKey}
          onCompositionEnd={() => {
            composedAt.current = performance.now()
          }}
        />
        <button type="submit" class="send" disabled={!ready} aria-label={texts.send}>
          <Icon of="send" />
        </button>
      </div>
      {tray === 'ways' && (
        <div class="tray">
          <button type="button" onClick={() => pick('image/png,image/jpeg,image/gif,image/webp')}>
            <Icon of="image" />
            {texts.picture}
          </button>
          <button type="button" class="touch" onClick={() => pick('image/*', 'environment')}>
            <Icon of="camera" />
            {texts.camera}
          </button>
          <button type="button" onClick={() => pick('')}>
            <Icon of="clip" />
            {texts.document}
          </button>
          <button type="button" onClick={() => setTray('emoji')}>
            <Icon of="smile" />
            {texts.emoji}
          </button>
        </div>
      )}
      {tray === 'emoji' && (
        <div class="tray emoji" role="group" aria-label={texts.emoji}>
          {EMOJI.map((emoji) => (
            <button key={emoji} type="button" onClick={() => insert(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
      )}
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
    </form>
  )
}
