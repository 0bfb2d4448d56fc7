import type { Mailbox } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** How a mailbox stands, in a shape and a word. */
export function stateOf(mailbox: Mailbox): { tone: StateTone; word: string } {
  if (mailbox.state === 'paused') return { tone: 'idle', word: t('mail.states.paused') }
  if (mailbox.fetch.trouble) return { tone: 'bad', word: t(`mail.trouble.${mailbox.fetch.trouble}`) }
  return mailbox.fetch.succeeded_at ? { tone: 'good', word: t('mail.states.active') } : { tone: 'warning', word: t('mail.never') }
}
