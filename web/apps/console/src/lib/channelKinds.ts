import type { Channel } from '@zhike/api'

const all: Record<Channel['kind'], true> = { web_chat: true, email: true, open: true, wechat: true, wecom: true, sms: true }

/** Every kind of channel there is, in the order in which they are shown. */
export const channelKinds = Object.keys(all) as Channel['kind'][]
