import type { Mail } from '@zhike/api'
import { shallowRef } from 'vue'

/** A mail somebody wants to write; the form for it lies over whatever page one is on. */
export type MailWish =
  /** To a customer, who is chosen in the form where none is named. */
  | { kind: 'new'; customer?: string }
  /** In a conversation by mail; `mail` is the one that is answered, `all` whether to everybody it went to. */
  | { kind: 'answer'; conversation: string; name: string; mail?: Mail | undefined; all?: boolean }
  /** To somebody who is not the customer. */
  | { kind: 'forward'; conversation: string; mail: Mail }

export const mailWish = shallowRef<MailWish>()
