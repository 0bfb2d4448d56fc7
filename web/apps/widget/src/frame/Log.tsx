import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Chat, unread } from '../chat'
import type { Message } from '../frames'
import type { Texts } from '../texts'
import { happened, refusal } from '../told'
import { Bubble, type Doing } from './Bubble'
import { Name, Words } from './parts'
import { clock, dayName, sameDay } from './time'
import type { Upload } from './uploads'
import { UploadLine } from './UploadLine'

/** This near to the end counts as being there, in pixels. */
const NEAR = 60
/** Messages further apart than this show their time again, in milliseconds. */
const PAUSE = 5 * 60_000

interface Props {
  chat: Chat
  texts: Texts
  lang: string
  greeting: string
  typing: boolean
  /** Whether the panel is open: only then is anything read. */
  shown: boolean
  uploads: readonly Upload[]
  doing: Doing
  onRead: (seq: number) => void
  onRetryUpload: (id: string) => void
  onCancelUpload: (id: string) => void
}

/** The words of both sides. What comes while one is at the end is scrolled to and reported as read. */
export function Log({ chat, texts, lang, greeting, typing, shown, uploads, doing, onRead, onRetryUpload, onCancelUpload }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [below, setBelow] = useState(0)
  const [active, setActive] = useState<string | null>(null)
  const count = chat.messages.length + chat.pending.length + uploads.length
  const last = chat.messages.findLast((message) => message.author !== 'customer')
  const lastOwn = chat.messages.findLast((message) => message.author === 'customer' && !message.recalled_at)

  const toEnd = () => {
    box.current?.scrollTo({ top: box.current.scrollHeight })
    setBelow(0)
  }
  useLayoutEffect(() => {
    if (atEnd.current || chat.pending.length + uploads.length > 0) toEnd()
    else setBelow(unread(chat))
  }, [count, shown, typing])

  // Pictures come later, keyboards take room: who was at the end stays there.
  useEffect(() => {
    const inner = box.current?.firstElementChild
    if (!box.current || !inner) return
    const watch = new ResizeObserver(() => atEnd.current && toEnd())
    watch.observe(box.current)
    watch.observe(inner)
    return () => watch.disconnect()
  }, [])

  const tell = () => {
    if (last && last.conversation_id === chat.conversation && shown && atEnd.current && document.visibilityState === 'visible') onRead(last.seq)
  }
  useEffect(() => {
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  })

  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {}
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR
    if (atEnd.current) setBelow(0)
    tell()
  }

  /** One stop for Tab; the arrows go from message to message. */
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    const all = [...(box.current?.querySelectorAll<HTMLElement>('.more') ?? [])]
    const at = all.indexOf(event.target as HTMLElement)
    if (step === 0 || at < 0) return
    event.preventDefault()
    all[at + step]?.focus()
  }

  return (
    <div class="log-frame">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={box} class="log" role="log" aria-label={texts.log} tabIndex={0} onScroll={onScroll} onKeyDown={onKeyDown}>
        <div class="lines">
          <div class="line other">
            <p class="bubble theirs">
              <Words text={greeting || texts.hello} />
            </p>
          </div>
          {chat.messages.map((message, index) => {
            const before = chat.messages[index - 1]
            return (
              <Line key={message.id} message={message} before={before} texts={texts} lang={lang}>
                <Bubble message={message} chat={chat} texts={texts} active={active === message.id} last={index === chat.messages.length - 1} doing={doing} onActive={(on) => setActive(on ? message.id : null)} />
                {message === lastOwn && chat.pending.length === 0 && <small class="state">{chat.agentRead >= message.seq ? texts.read : chat.state === 'queued' ? texts.recorded : texts.sent}</small>}
              </Line>
            )
          })}
          {chat.pending.map((one) => (
            <div key={one.client_id} class="line own">
              <p class="bubble mine pending">
                <Words text={one.text} />
              </p>
              {one.refused ? (
                <small class="bad">
                  {refusal(one.refused, texts)}
                  <button type="button" onClick={() => doing.again(one.client_id)}>
                    {texts.again}
                  </button>
                  <button type="button" onClick={() => doing.giveUp(one.client_id)}>
                    {texts.give_up}
                  </button>
                </small>
              ) : (
                <small class="state">{chat.phase === 'ready' ? texts.sending : texts.waiting}</small>
              )}
            </div>
          ))}
          {uploads.map((upload) => (
            <UploadLine key={upload.id} upload={upload} texts={texts} onRetry={() => onRetryUpload(upload.id)} onCancel={() => onCancelUpload(upload.id)} />
          ))}
          {typing && (
            <div class="line other">
              <p class="bubble theirs dots" role="img" aria-label={`${chat.typing?.name ?? ''} ${texts.typing}`}>
                <i />
                <i />
                <i />
              </p>
            </div>
          )}
        </div>
      </div>
      {below > 0 && (
        <button type="button" class="below" onClick={toEnd}>
          {texts.below} ↓
        </button>
      )}
    </div>
  )
}

/** A message with what stands above it: the day and time after a pause, the name when another speaks. */
function Line({ message, before, texts, lang, children }: { message: Message; before: Message | undefined; texts: Texts; lang: string; children: preact.ComponentChildren }) {
  const at = new Date(message.at)
  const day = !before || !sameDay(message.at, before.at)
  const pause = day || message.at - (before?.at ?? 0) > PAUSE
  const own = message.author === 'customer'
  const event = message.kind === 'event'
  const told = event ? happened(message, texts) : ''
  if (event && !told) return null
  const named = message.author === 'agent' && (pause || before?.author !== 'agent' || before.author_name !== message.author_name)
  return (
    <>
      {(day || (pause && !named)) && (
        <time class="when" dateTime={at.toISOString()}>
          {day && `${dayName(message.at, Date.now(), lang, texts)} `}
          {!named && clock(message.at, lang)}
        </time>
      )}
      {event ? (
        <p class="event">
          <bdi>{told}</bdi>
          {!pause && ` · ${clock(message.at, lang)}`}
        </p>
      ) : (
        <div class={`line ${own ? 'own' : 'other'}`}>
          {named && (
            <small class="by">
              <Name of={message.author_name} /> · <time dateTime={at.toISOString()}>{clock(message.at, lang)}</time>
            </small>
          )}
          {children}
        </div>
      )}
    </>
  )
}
