import { t } from '@zhike/i18n'
import type { MarkedRange } from '@zhike/ui'

/** A message that was found; `marks` are ranges of its text, where the server says them. */
export interface Hit {
  conversation_id: string
  customer_name: string
  seq: number
  text: string
  marks?: MarkedRange[]
  author_name: string
  at: number
}

export const authorOf = (hit: Hit) => hit.author_name || t('customers.title')
/** Where a found message is read. */
export const placeOf = (hit: Hit) => ({ name: 'conversations', params: { id: hit.conversation_id }, query: { at: hit.seq } })
