import type { WechatAccount } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** How an account stands, in a shape and a word. */
export function stateOf(account: WechatAccount): { tone: StateTone; word: string } {
  if (account.state === 'paused') return { tone: 'idle', word: t('wechat.states.paused') }
  if (account.calls.trouble) return { tone: 'bad', word: t(`delivery.why.${account.calls.trouble}`) }
  return account.calls.called_at ? { tone: 'good', word: t('wechat.states.active') } : { tone: 'warning', word: t('wechat.states.unconnected') }
}

/** The address WeChat calls. */
export const addressOf = (id: string) => `${location.origin}/callbacks/wechat/${id}`

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** So many letters and digits that nobody guesses. */
export function secretOf(length: number): string {
  // What would favour some letters is drawn again.
  const letters: string[] = []
  while (letters.length < length) {
    const drawn = crypto.getRandomValues(new Uint8Array(length * 2))
    for (const byte of drawn) if (byte < 248 && letters.length < length) letters.push(LETTERS[byte % 62] ?? 'A')
  }
  return letters.join('')
}
