import type { Happening, Message, Problem } from './frames'
import { tidy } from './safe'
import { fill, type Texts } from './texts'

/** What happened, in the customer's words; what does not concern them is empty. */
export function happened({ data, text }: Pick<Message, 'data' | 'text'>, texts: Texts): string {
  const happening = data as Happening | null | undefined
  const name = tidy((happening && 'to' in happening && happening.to?.name) || '')
  switch (happening?.event) {
    case 'assigned':
      return name ? fill(texts.event_assigned, { name }) : ''
    case 'transferred':
      // What a queue is called is the department's own business.
      return name ? fill(texts.event_transferred, { name }) : texts.event_transferred_nobody
    case 'requeued':
      // Only where they were left waiting; else somebody else will answer before they notice.
      return happening.silent_minutes ? texts.event_transferred_nobody : ''
    case 'closed':
      return texts.event_closed
    case 'after_hours':
      return tidy(text) || texts.event_after_hours
    default:
      return ''
  }
}

/** The code that says most: of `invalid`, what is wrong with the first field. */
export function reason(code: string, params: unknown): string {
  const [first] = Array.isArray(params) ? (params as Problem[]) : []
  return code === 'invalid' && first ? first.code : code
}

/** Why a message was not taken. */
export function refusal(code: string, texts: Texts): string {
  if (code === 'limited') return texts.limited
  if (code === 'too_long') return texts.too_long
  return code === 'conversations.channel_paused' ? texts.absent : texts.refused
}
