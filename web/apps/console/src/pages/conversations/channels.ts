import { Globe, Headset, Mail, MessageSquareText, MessagesSquare, Plug } from '@lucide/vue'
import type { Channel } from '@zhike/api'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'

/** What each kind of channel looks like: an icon of its own. */
export const CHANNEL_ICONS: Record<Channel['kind'], typeof Globe> = { web_chat: Globe, email: Mail, open: Plug, wechat: MessagesSquare, wecom: Headset, sms: MessageSquareText }

/** The name of a channel by its id; nothing for those who may not read channels. */
export function useChannelNames() {
  const channels = useAll<Channel>('/channels', {}, can('channels.read'))
  const missed = new Set<string>()
  return (id: string) => {
    const name = channels.rows.value.find((channel) => channel.id === id)?.name
    // A channel made since the list was read: read it again, once for each.
    if (name === undefined && !channels.loading.value && !missed.has(id)) {
      missed.add(id)
      channels.refetch()
    }
    return name ?? ''
  }
}
