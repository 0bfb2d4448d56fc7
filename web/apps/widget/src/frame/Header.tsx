import type { Chat } from '../chat'
import { useState } from 'preact/hooks'
import type { Config } from '../protocol'
import { fill, type Texts } from '../texts'
import { Icon, Name } from './parts'
import { clock, sameDay } from './time'

/** What the department calls itself here. */
export const nameOf = ({ title, organisation }: Config): string => title || organisation

interface Props {
  chat: Chat
  config: Config
  texts: Texts
  lang: string
  typing: boolean
  onClose: () => void
  onEnd: () => void
}

/** Who answers and how the line stands; the ways out. */
export function Header({ chat, config, texts, lang, typing, onClose, onEnd }: Props) {
  const [asking, setAsking] = useState(false)
  const talking = chat.phase === 'ready' && chat.state === 'active'
  const [mark, status] = statusOf(chat, config, texts, lang, typing)
  return (
    <header>
      <button type="button" class="icon back" aria-label={texts.back} onClick={onClose}>
        <Icon of="left" />
      </button>
      <span class="badge" aria-hidden="true">
        <Icon of="chat" />
      </span>
      <div class="who">
        <h1>
          <Name of={nameOf(config) || texts.title} />
        </h1>
        <p role="status" class={`status ${chat.phase} ${mark}`}>
          <span>{status}</span>
        </p>
      </div>
      {talking && (
        <button type="button" class="icon" aria-label={texts.finish} title={texts.finish} aria-expanded={asking} onClick={() => setAsking(!asking)}>
          <Icon of="end" />
        </button>
      )}
      <button type="button" class="icon cross" aria-label={texts.close} onClick={onClose}>
        <Icon of="cross" />
      </button>
      {asking && talking && (
        <div class="ask">
          <p>{texts.finish_ask}</p>
          <button
            type="button"
            class="strong"
            onClick={() => {
              setAsking(false)
              onEnd()
            }}
          >
            {texts.finish_yes}
          </button>
          <button type="button" onClick={() => setAsking(false)}>
            {texts.no}
          </button>
        </div>
      )}
    </header>
  )
}

/** The state as a shape and a word: good, waiting, over. */
function statusOf(chat: Chat, config: Config, texts: Texts, lang: string, typing: boolean): [mark: 'good' | 'soon' | 'rest', text: preact.ComponentChildren] {
  if (chat.phase === 'closed') {
    const minutes = Math.round((chat.closedAt - chat.openedAt) / 60_000)
    return ['rest', chat.openedAt && minutes > 0 ? fill(texts.lasted, { n: minutes }) : texts.closed]
  }
  if (chat.phase === 'lost' || chat.phase === 'connecting') return ['soon', texts[chat.phase]]
  if (chat.phase === 'absent') return ['rest', texts.absent]
  if (chat.phase === 'stranger') return ['rest', texts.stranger]
  if (chat.state === 'active' && chat.agentName) {
    const [before = '', after = ''] = texts.with.split('{name}')
    const name = <Name of={chat.agentName} />
    return [
      'good',
      typing ? (
        <>
          {name} · {texts.typing}
        </>
      ) : (
        <>
          {before}
          {name}
          {after}
        </>
      ),
    ]
  }
  if (!config.open) return ['rest', texts.away]
  return chat.state === 'queued' ? ['soon', texts.queue] : ['good', config.closes_at && sameDay(config.closes_at, Date.now()) ? fill(texts.until, { time: clock(config.closes_at, lang) }) : texts.ready]
}
