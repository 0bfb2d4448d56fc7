import { useEffect, useState } from 'preact/hooks'
import type { Message } from '../frames'
import { own, textsFor } from '../texts'
import { Composer } from './Composer'
import { AfterHours, Form } from './Form'
import { Header, nameOf } from './Header'
import { Log } from './Log'
import { QueueBar, QueueWays } from './QueueBar'
import { RatingForm } from './RatingForm'
import type { Talk } from './talk'

/** The customer's panel. */
export function App({ talk }: { talk: Talk }) {
  const [, redraw] = useState({})
  const [quoting, setQuoting] = useState<Message | null>(null)
  const [wording, setWording] = useState(false)
  const [correcting, setCorrecting] = useState(false)
  const [focus, setFocus] = useState(0)
  const [dragging, setDragging] = useState(false)
  const { bridge, chat, line, uploads } = talk
  const { setting } = bridge
  const { lang, texts } = textsFor([setting.locale])
  const { config } = talk

  useEffect(() => {
    talk.onChange = () => redraw({})
    redraw({})
  }, [talk])
  useEffect(() => {
    document.documentElement.lang = lang
    document.title = (config && nameOf(config)) || texts.title
  }, [lang, config])
  // Who opens the panel wants to write; on a phone that would bring up the keyboard unasked.
  useEffect(() => {
    if (setting.open && !matchMedia('(pointer: coarse)').matches) setFocus((times) => times + 1)
  }, [setting.open, talk.asks])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && !event.isComposing && !event.defaultPrevented && bridge.say({ t: 'close' })
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length === 0 || talk.asks) return
      event.preventDefault()
      talk.send(files)
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('paste', onPaste)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('paste', onPaste)
    }
  }, [talk])

  if (!config) return <p class="notice">{texts.connecting}</p>

  const initial = { ...setting.fields, ...setting.prefill?.fields, ...talk.form, ...(setting.identity?.name ? { name: setting.identity.name } : {}), word: talk.draft }
  const header = <Header chat={chat} config={config} texts={texts} lang={lang} typing={talk.typing} onClose={() => bridge.say({ t: 'close' })} onEnd={() => line.leave()} />
  const { asks } = talk

  const refused = talk.absent ? 'absent' : chat.phase === 'stranger' ? 'stranger' : null
  if (refused) {
    return (
      <main class="panel">
        {header}
        <div class="notice">
          <h2>{texts[refused]}</h2>
          <p>{texts[`${refused}_help`]}</p>
        </div>
      </main>
    )
  }
  if (asks || wording) {
    return (
      <main class="panel">
        {header}
        <Form
          key={asks ?? 'word'}
          config={config}
          texts={texts}
          lang={lang}
          kind={wording ? 'word' : (asks ?? 'word')}
          initial={initial}
          onBack={wording ? () => setWording(false) : undefined}
          onDone={(fields, word) => {
            if (word) talk.write('')
            if (wording) talk.leaveWord(fields, word)
            else talk.answer(fields, word)
            setWording(false)
          }}
        />
      </main>
    )
  }

  const queued = chat.phase !== 'closed' && chat.state === 'queued' && config.open && !talk.worded
  const rating = talk.rates && (correcting || (!chat.rating && talk.skipped !== chat.conversation))
  const away = !config.open && chat.state !== 'active'
  return (
    <main
      class={`panel ${dragging ? 'dragging' : ''}`}
      data-drop={texts.drop}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false)
      }}
      onDrop={(event) => {
        setDragging(false)
        const files = [...(event.dataTransfer?.files ?? [])]
        if (files.length === 0) return
        event.preventDefault()
        talk.send(files)
      }}
    >
      {header}
      {queued && chat.queue && config.show_position && <QueueBar chat={chat} texts={texts} />}
      {away && (
        <p class="strip">
          <b>{texts.offline_title}</b> <AfterHours config={config} texts={texts} lang={lang} />
        </p>
      )}
      {talk.worded && (
        <div class="strip worded">
          <p>
            <b>{texts.word_done}</b> {texts.word_done_help}
          </p>
          {config.open && chat.state === 'message' && chat.phase === 'ready' && (
            <button type="button" onClick={() => line.waitAgain()}>
              {texts.wait_again}
            </button>
          )}
        </div>
      )}
      <Log
        chat={chat}
        texts={texts}
        lang={lang}
        greeting={own(config.greeting, texts)}
        typing={talk.typing}
        shown={setting.open}
        uploads={uploads.all}
        doing={{
          quote: (message) => {
            setQuoting(message)
            setFocus(focus + 1)
          },
          recall: (seq) => line.recall(seq),
          again: (id) => line.again(id),
          giveUp: (id) => line.giveUp(id),
        }}
        onRead={(seq) => line.read(seq)}
        onRetryUpload={(id) => uploads.retry(id)}
        onCancelUpload={(id) => uploads.cancel(id)}
      />
      {rating ? (
        <RatingForm
          chat={chat}
          config={config}
          texts={texts}
          onRate={(given) => {
            line.rate(given)
            setCorrecting(false)
          }}
          onSkip={() => {
            talk.skip()
            setCorrecting(false)
            setFocus(focus + 1)
          }}
        />
      ) : (
        <>
          {chat.phase === 'closed' && (
            <div class="strip ended">
              <p>{chat.rating ? `${texts.rated}${chat.rating.score ? ` · ${chat.rating.score} ${texts.scores[chat.rating.score - 1] ?? ''}` : ''}` : texts.ended}</p>
              {talk.rates && (
                <button type="button" onClick={() => setCorrecting(true)}>
                  {chat.rating ? texts.rate_change : texts.rate_open}
                </button>
              )}
            </div>
          )}
          {queued && chat.conversation && <QueueWays texts={texts} onWord={() => setWording(true)} onLeave={() => line.leave()} />}
          <Composer
            texts={texts}
            hint={queued && chat.queue ? texts.input_queue : texts.input}
            draft={talk.draft}
            quoting={quoting}
            focus={focus}
            onDraft={(text) => talk.write(text)}
            onSay={(text) => {
              talk.say(text, quoting?.seq)
              setQuoting(null)
            }}
            onFiles={(files) => talk.send(files)}
            onQuoteOff={() => setQuoting(null)}
          />
        </>
      )}
    </main>
  )
}
