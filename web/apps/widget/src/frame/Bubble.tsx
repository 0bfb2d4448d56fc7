import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../chat'
import type { Card, Message } from '../frames'
import { secure, tidy } from '../safe'
import type { Texts } from '../texts'
import { Icon, Words } from './parts'
import { fetchFile } from './uploads'

/** One's own words can be taken back for this long, in milliseconds. */
const RECALL = 120_000

/** What one can do with a message. */
export interface Doing {
  quote: (message: Message) => void
  recall: (seq: number) => void
  again: (clientId: string) => void
  giveUp: (clientId: string) => void
}

interface Props {
  message: Message
  chat: Chat
  texts: Texts
  active: boolean
  last: boolean
  doing: Doing
  onActive: (on: boolean) => void
}

export function Bubble({ message, chat, texts, active, last, doing, onActive }: Props) {
  const own = message.author === 'customer'
  if (message.recalled_at) return <p class="event">{own ? texts.recalled_own : texts.recalled}</p>
  const quoted = message.quote_seq ? chat.messages.find((one) => one.seq === message.quote_seq && one.conversation_id === message.conversation_id) : undefined
  const current = message.conversation_id === chat.conversation && chat.phase === 'ready'
  const recallable = own && current && Date.now() - message.at < RECALL
  return (
    <>
      <div class="with-more">
        {message.kind === 'card' ? (
          <CardView card={(message.data ?? { title: message.text }) as Card} texts={texts} />
        ) : message.kind === 'file' && message.file_id ? (
          <FileView message={message} id={message.file_id} token={chat.token} texts={texts} />
        ) : (
          <p class={`bubble ${own ? 'mine' : 'theirs'}`}>
            {quoted && (
              <q>
                <Words text={excerpt(quoted, texts)} />
              </q>
            )}
            <Words text={message.text} />
            {message.edited_at && <small> {texts.edited}</small>}
          </p>
        )}
        <button type="button" class="more" aria-label={texts.more} aria-expanded={active} tabIndex={last ? 0 : -1} onClick={() => onActive(!active)}>
          <Icon of="dots" />
        </button>
      </div>
      {active && (
        <div class="actions">
          {current && (
            <button
              type="button"
              onClick={() => {
                onActive(false)
                doing.quote(message)
              }}
            >
              {texts.quote}
            </button>
          )}
          {recallable && (
            <button
              type="button"
              onClick={() => {
                onActive(false)
                doing.recall(message.seq)
              }}
            >
              {texts.recall}
            </button>
          )}
          {message.text && (
            <button
              type="button"
              onClick={() => {
                onActive(false)
                copy(message.text)
              }}
            >
              {texts.copy}
            </button>
          )}
        </div>
      )}
    </>
  )
}

/** A message in a line, where it is quoted. */
export function excerpt(message: Message, texts: Texts): string {
  if (message.recalled_at) return texts.recalled
  const text = message.kind === 'card' ? ((message.data as Card | null)?.title ?? '') : message.text
  return tidy(text).replace(/\s+/g, ' ').slice(0, 80) || texts.file
}

/** A product. Its picture and its address come from elsewhere: https, or not at all. */
function CardView({ card, texts }: { card: Card; texts: Texts }) {
  const picture = secure(card.image_url ?? undefined)
  const address = secure(card.url ?? undefined)
  return (
    <article class="card">
      <div class={picture ? 'top' : 'top bare'}>
        {picture && <img src={picture} alt="" width="76" height="76" loading="lazy" referrerpolicy="no-referrer" />}
        <div>
          <h3>
            <bdi>{tidy(card.title ?? '')}</bdi>
          </h3>
          {card.subtitle && (
            <p>
              <bdi>{tidy(card.subtitle)}</bdi>
            </p>
          )}
          {card.price && (
            <p class="price">
              <bdi>{tidy(String(card.price))}</bdi>
            </p>
          )}
        </div>
      </div>
      {address && (
        <a class="go" href={address} target="_blank" rel="noopener noreferrer nofollow">
          {texts.card_open}
        </a>
      )}
    </article>
  )
}

/** A file: a picture is shown small, all else by name; both come with the visitor's token. */
function FileView({ message, id, token, texts }: { message: Message; id: string; token: string | null; texts: Texts }) {
  const [name = ''] = message.text.split(' · ')
  const pictorial = /\.(png|jpe?g|gif|webp)$/i.test(name)
  const [thumb, setThumb] = useState<string>()
  useEffect(() => {
    if (pictorial) void fetchFile(id, token, true).then(setThumb)
  }, [id, token])
  const open = async () => {
    const address = await fetchFile(id, token, false)
    if (!address) return
    const link = document.createElement('a')
    link.href = address
    if (pictorial) link.target = '_blank'
    else link.download = name || 'file'
    link.rel = 'noopener'
    link.click()
  }
  return (
    <button type="button" class={`bubble file ${message.author === 'customer' ? 'mine' : 'theirs'} ${pictorial && thumb ? 'picture' : ''}`} aria-label={`${pictorial ? texts.open_image : texts.download} ${tidy(message.text)}`} onClick={() => void open()}>
      {pictorial && thumb ? (
        <img src={thumb} alt={tidy(name)} />
      ) : (
        <>
          <Icon of={pictorial ? 'image' : 'clip'} class="clip" />
          <bdi>{tidy(message.text) || texts.file}</bdi>
        </>
      )}
    </button>
  )
}

function copy(text: string): void {
  navigator.clipboard?.writeText(text).catch(() => {
    // The page does not let the frame write: the text can still be selected.
  })
}
