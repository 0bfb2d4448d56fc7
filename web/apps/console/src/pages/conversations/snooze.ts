import { api, type Conversation } from '@zhike/api'
import { formatMoment, t } from '@zhike/i18n'
import { errorText, toast } from '@zhike/ui'
import { customerName } from '@/lib/customers'
import { takeRow } from './useInbox'

/** Until when a conversation is put away, and why. */
export interface Away {
  until: number
  reason: string
}

/** Lets a conversation come back at once. */
export async function wake(id: string): Promise<void> {
  try {
    takeRow(await api.delete<Conversation>('/conversations/{id}/snooze', { path: { id } }))
  } catch (error) {
    toast(errorText(error), 'bad')
  }
}

/** Puts a conversation away; for a moment that can be taken back. */
export async function putAway(row: Conversation, { until, reason }: Away): Promise<void> {
  const away = await api.put<Conversation>('/conversations/{id}/snooze', { path: { id: row.id }, body: { until, ...(reason ? { reason } : {}) } })
  takeRow(away)
  const words = t('conversations.snooze.done', { name: customerName(row.customer_id, row.customer_name), at: formatMoment(until) })
  toast(words, 'good', { label: t('common.undo'), run: () => void wake(row.id) })
}
