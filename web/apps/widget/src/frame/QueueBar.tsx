import { useEffect, useState } from 'preact/hooks'
import type { Chat } from '../chat'
import { fill, type Texts } from '../texts'
import { Icon } from './parts'
import { stretch, wait } from './time'

const CELLS = 8

/** The place in the queue, how long it may take, and the clock that says how long it took so far. */
export function QueueBar({ chat, texts }: { chat: Chat; texts: Texts }) {
  const { queue } = chat
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  if (!queue) return null
  // Of the way from the far end to the front: the cell that is outlined is the visitor's own.
  const own = Math.max(0, CELLS - 1 - queue.ahead)
  return (
    <div class="queue">
      <div class="place" role="status">
        <b>{fill(texts.position, { n: queue.position })}</b>
        <span>{queue.ahead > 0 ? fill(texts.ahead, { n: queue.ahead }) : texts.next_one}</span>
        <em>
          {queue.estimated_ms === null ? (
            texts.unknown_wait
          ) : (
            <>
              {queue.estimated_ms >= 60_000 && `${texts.about} `}
              <b>{wait(queue.estimated_ms, texts)}</b>
            </>
          )}
        </em>
      </div>
      <div class="cells" aria-hidden="true">
        {Array.from({ length: CELLS }, (_, at) => (
          <i key={at} class={at < own ? 'passed' : at === own ? 'own' : ''} />
        ))}
      </div>
      <p>{fill(texts.waited, { time: stretch(now - queue.since) })}</p>
    </div>
  )
}

/** The ways out of the queue: neither is hidden, and leaving asks once. */
export function QueueWays({ texts, onWord, onLeave }: { texts: Texts; onWord: () => void; onLeave: () => void }) {
  const [asking, setAsking] = useState(false)
  if (asking) {
    return (
      <div class="ask">
        <p>{texts.leave_ask}</p>
        <button type="button" class="strong" onClick={onLeave}>
          {texts.leave_queue}
        </button>
        <button type="button" onClick={() => setAsking(false)}>
          {texts.no}
        </button>
      </div>
    )
  }
  return (
    <div class="ways">
      <button type="button" onClick={onWord}>
        <Icon of="note" />
        {texts.leave_word}
      </button>
      <button type="button" onClick={() => setAsking(true)}>
        {texts.leave_queue}
      </button>
    </div>
  )
}
