import type { Channel } from '@zhike/api'
import { can } from '@/app/session'
import { useAll } from '@/lib/resource'

/** The name of a channel by its id; nothing for those who may not read channels. */
export function useChannelNames() {
  const channels = useAll<Channel>('/channels', {}, can('channels.read'))
  return (id: string) => channels.items.value.find((channel) => channel.id === id)?.name ?? ''
}
