import type { Chat } from './chat'
import { Composer } from './Composer'
import { Log } from './Log'
import type { Texts } from './texts'

interface Props {
  chat: Chat
  texts: Texts
  onSay: (text: string) => void
  onAgain: (clientId: string) => void
  onRead: (seq: number) => void
}

/** The customer's chat: who answers and how the line stands, the words, the place to write. */
export function Panel({ chat, texts, onSay, onAgain, onRead }: Props) {
  const status = chat.phase === 'ready' && chat.agentName ? texts.with.replace('{name}', chat.agentName) : texts[chat.phase]
  return (
    <section class="panel" aria-label={texts.title}>
      <header>
        <span class="badge" aria-hidden="true">
          <svg viewBox="0 0 24 24">
            <path d="M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12z" />
            <path d="M9 10.500h7M9 14h4.500" />
          </svg>
        </span>
        <div>
          <h2>{texts.title}</h2>
          <p role="status" class={`status ${chat.phase}`}>
            {status}
          </p>
        </div>
      </header>
      <Log chat={chat} texts={texts} onAgain={onAgain} onRead={onRead} />
      {chat.phase === 'closed' && <p class="ended">{texts.ended}</p>}
      <Composer texts={texts} onSay={onSay} />
    </section>
  )
}
