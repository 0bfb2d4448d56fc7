import { useState } from 'preact/hooks'
import type { Chat } from '../chat'
import type { Rating } from '../frames'
import type { Config } from '../protocol'
import { fill, own, type Texts } from '../texts'

const LONGEST = 200

interface Props {
  chat: Chat
  config: Config
  texts: Texts
  onRate: (rating: Rating) => void
  onSkip: () => void
}

/** After the end: whether it is solved comes first, then how it was. All of it can be left out. */
export function RatingForm({ chat, config, texts, onRate, onSkip }: Props) {
  const [rating, setRating] = useState<Rating>(chat.rating ?? { solved: null, score: null, tags: [], comment: '' })
  const set = (part: Partial<Rating>) => setRating({ ...rating, ...part })
  const { tags } = config.rating
  const [before = '', after = ''] = (chat.agentName ? texts.score_ask_name : texts.score_ask).split('{name}')
  return (
    <form
      class="rating"
      onSubmit={(event) => {
        event.preventDefault()
        onRate(rating)
      }}
    >
      <h2 id="solved">{texts.solved_ask}</h2>
      <div class="two" role="radiogroup" aria-labelledby="solved">
        {[true, false].map((solved) => (
          <label key={String(solved)} class={rating.solved === solved ? 'on' : ''}>
            <input type="radio" name="solved" checked={rating.solved === solved} onChange={() => set({ solved })} />
            {solved ? texts.solved : texts.unsolved}
          </label>
        ))}
      </div>
      <h2 id="score">
        {before}
        {chat.agentName && <bdi>{chat.agentName}</bdi>}
        {after}
      </h2>
      <div class="scores" role="radiogroup" aria-labelledby="score">
        {texts.scores.map((name, at) => (
          <label key={name} class={rating.score === at + 1 ? 'on' : ''}>
            <input type="radio" name="score" aria-label={`${at + 1} ${name}`} checked={rating.score === at + 1} onChange={() => set({ score: at + 1 })} />
            <b>{at + 1}</b>
          </label>
        ))}
      </div>
      <div class="ends" aria-hidden="true">
        {texts.scores.map((name, at) => (
          <span key={name} class={rating.score === at + 1 ? 'on' : ''}>
            {at % 4 === 0 || rating.score === at + 1 ? name : ''}
          </span>
        ))}
      </div>
      <div class="tags" role="group" aria-label={texts.tags_ask}>
        {tags.map((tag) => {
          const on = rating.tags.includes(tag)
          return (
            <button key={tag} type="button" aria-pressed={on} class={on ? 'on' : ''} onClick={() => set({ tags: on ? rating.tags.filter((one) => one !== tag) : [...rating.tags, tag] })}>
              {own(tag, texts)}
            </button>
          )
        })}
      </div>
      <div class="comment">
        <textarea rows={2} maxLength={LONGEST} value={rating.comment} placeholder={texts.comment} aria-label={texts.comment} onInput={(event) => set({ comment: event.currentTarget.value })} />
        <small>{fill(texts.of, { n: [...rating.comment].length, all: LONGEST })}</small>
      </div>
      <button type="submit" class="main" disabled={rating.solved === null && rating.score === null}>
        {texts.rate}
      </button>
      <button type="button" class="plain" onClick={onSkip}>
        {texts.continue}
      </button>
    </form>
  )
}
