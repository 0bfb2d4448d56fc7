import type { SmsGateway } from '@zhike/api'
import { formatMoment, t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'
import { whyWords } from '../conversations/deliveries'

/** How a gateway stands, in a shape and a word. */
export function stateOf({ state, driver, link, url, secret_since }: SmsGateway): { tone: StateTone; word: string } {
  if (state === 'paused') return { tone: 'idle', word: t('sms.states.off') }
  if (link.trouble) return { tone: 'bad', word: whyWords(link.trouble, '') }
  if (driver === 'smpp') return link.connected_at ? { tone: 'good', word: t('sms.states.connected', { at: formatMoment(link.connected_at) }) } : { tone: 'warning', word: t('sms.states.connecting') }
  if (!url) return { tone: 'warning', word: t('delivery.why.no_callback') }
  if (!secret_since) return { tone: 'warning', word: t('delivery.why.no_secret') }
  return { tone: 'good', word: t('sms.states.ready') }
}

/** Words as they are written in a field: one beside the other. */
export const asLine = (words: readonly string[]) => words.join(' ')
/** Words as they were written, between blanks and commas. */
export const asWords = (line: string) => line.split(/[\s,，、;；]+/u).filter(Boolean)
