import { useEffect, useMemo, useState } from 'preact/hooks'
import { Panel } from './Panel'
import { Line } from './line'
import type { Texts } from './texts'

/** The channel to speak on: named in the address, else the installation's first. */
const channel = new URLSearchParams(location.search).get('channel') ?? 'default'

/** The trial page: what to do at the left, the customer's chat at the right. */
export function Trial({ texts }: { texts: Texts }) {
  const [, redraw] = useState({})
  const line = useMemo(() => new Line(channel, () => redraw({})), [])
  useEffect(() => {
    line.open()
    return () => line.close()
  }, [line])

  return (
    <div class="trial">
      <main class="guide">
        <p class="mark">
          <span aria-hidden="true" lang="zh-CN">知</span>
          {texts.trial}
        </p>
        <h1>{texts.heading}</h1>
        <p class="intro">{texts.intro}</p>
        <ol>
          {texts.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <p class="ways">
          <a href="/" target="_blank" rel="noopener">
            {texts.open_console}
          </a>
          <button type="button" onClick={() => line.forget()}>
            {texts.new_visitor}
          </button>
        </p>
      </main>
      <Panel chat={line.chat} texts={texts} onSay={(text) => line.say(text)} onAgain={(id) => line.again(id)} onRead={(seq) => line.read(seq)} />
    </div>
  )
}
