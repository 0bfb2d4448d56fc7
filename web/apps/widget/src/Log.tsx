import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Chat } from './chat'
import type { Message } from './frames'
import type { Texts } from './texts'

/** This near to the end counts as being there, in pixels. */
const NEAR = 60
/** Messages further apart than this show their time again, in milliseconds. */
const PAUSE = 5 * 60_000

interface Props {
  chat: Chat
  texts: Texts
  onAgain: (clientId: string) => void
  onRead: (seq: number) => void
}

/** The words of both sides. What comes while one is at the end is scrolled to and reported as read. */
export function Log({ chat, texts, onAgain, onRead }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [below, setBelow] = useState(false)
  const count = chat.messages.length + chat.pending.length
  const lastAgent = chat.messages.findLast((message) => message.author !== 'customer')
  const lastOwn = chat.messages.findLast((message) => message.author === 'customer')

  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight })
  useLayoutEffect(() => {
    if (atEnd.current || chat.pending.length > 0) toEnd()
    else setBelow(true)
  }, [count])

  useEffect(() => {
    const tell = () => {
      if (lastAgent && document.visibilityState === 'visible') onRead(lastAgent.seq)
    }
    tell()
    document.addEventListener('visibilitychange', tell)
    return () => document.removeEventListener('visibilitychange', tell)
  }, [lastAgent?.seq, chat.phase])

  const onScroll = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = box.current ?? {}
    atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR
    if (atEnd.current) setBelow(false)
  }

  return (
    <div class="log-frame">
      <div ref={box} class="log" role="log" aria-label={texts.log} tabIndex={0} onScroll={onScroll}>
        <p class="bubble theirs">{texts.hello}</p>
        {chat.messages.map((message, index) => {
          const before = chat.messages[index - 1]
          return (
            <Line key={message.id} message={message} texts={texts} time={!before || message.at - before.at > PAUSE} name={message.author === 'agent' && before?.author_name !== message.author_name}>
              {message === lastOwn && chat.pending.length === 0 && <small class="own">{chat.agentRead >= message.seq ? texts.read : texts.sent}</small>}
            </Line>
          )
        })}
        {chat.pending.map((one) => (
          <div key={one.client_id} class="own">
            <p class="bubble mine pending">{one.text}</p>
            {one.refused ? (
              <small class="bad">
                {texts.refused} <button onClick={() => onAgain(one.client_id)}>{texts.again}</button>
              </small>
            ) : (
              <small>{chat.phase === 'ready' ? texts.sending : texts.waiting}</small>
            )}
          </div>
        ))}
      </div>
      {below && (
        <button
          type="button"
          class="below"
          onClick={() => {
            toEnd()
            setBelow(false)
          }}
        >
          {texts.below} ↓
        </button>
      )}
    </div>
  )
}

function Line({ message, texts, time, name, children }: { message: Message; texts: Texts; time: boolean; name: boolean; children?: preact.ComponentChildren }) {
  const at = new Date(message.at)
  const clock = at.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  if (message.author === 'system') return null
  return (
    <>
      {time && (
        <time class="when" dateTime={at.toISOString()}>
          {clock}
        </time>
      )}
      <div class={message.author === 'customer' ? 'own' : 'other'}>
        {name && message.author_name && <small>{message.author_name}</small>}
        <p class={`bubble ${message.author === 'customer' ? 'mine' : 'theirs'}`}>
          {message.kind === 'file' && <Clip />}
          {message.text || (message.kind === 'file' ? texts.file : '')}
        </p>
        {children}
      </div>
    </>
  )
}

/** The sign of a file, before its name. */
function Clip() {
  return (
    <svg class="clip" viewBox="0 0 24 24" aria-hidden="true">
      <path d="m21 11-8.600 8.600a5.500 5.500 0 0 1-7.800-7.800L13.200 3.200a3.700 3.700 0 0 1 5.200 5.200l-8.600 8.600a1.800 1.800 0 0 1-2.600-2.600l7.900-7.900" />
    </svg>
  )
}
