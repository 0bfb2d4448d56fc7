import { t } from '@zhike/i18n'

/** A message that was found. `marks` are ranges of `snippet`, where the server says them. */
export interface Hit {
  conversation_id: string
  customer_name: string
  seq: number
  text: string
  snippet?: string
  marks?: [number, number][]
  author_name: string
  at: number
}

export const wordsOf = (hit: Hit) => hit.snippet ?? hit.text
export const authorOf = (hit: Hit) => hit.author_name || t('customers.title')
/** Where a found message is read. */
export const placeOf = (hit: Hit) => ({ name: 'conversations', params: { id: hit.conversation_id }, query: { at: hit.seq } })
