import type { AutomationNotice, Conversation } from '@zhike/api'
import { t } from '@zhike/i18n'
import { toast } from '@zhike/ui'
import { computed, watch } from 'vue'
import { useRouter } from 'vue-router'
import { customerName } from '@/lib/customers'
import { takesPart } from '@/pages/conversations/inbox'
import { onRow, useInbox } from '@/pages/conversations/useInbox'
import { callFor } from './notices'
import { useTopic } from './realtime'
import { can, me } from './session'

/** News for whoever works elsewhere: the sound of a new message, and how many are unread in the window's title. */
export function useNews(): void {
  if (!can('conversations.read')) return
  const router = useRouter()
  const { rows } = useInbox()
  const myId = me.value?.id
  const mine = (row: Conversation) => row.assignee_id === myId && row.state === 'active'

  const open = (row: Conversation) => () => void router.push({ name: 'conversations', params: { id: row.id } })

  onRow((row, before) => {
    if (myId && takesPart(row, myId) && !(before && takesPart(before, myId))) callFor(`${row.id}.joined`, customerName(row.customer_id, row.customer_name), t('conversations.collaboration.you'), 'message', open(row))
    // Its time was there; whoever let it back by hand knows.
    if (mine(row) && before?.snoozed_until && !row.snoozed_until && before.snoozed_until <= Date.now() && row.unread <= before.unread) {
      const name = customerName(row.customer_id, row.customer_name)
      toast(t('conversations.snooze.back', { name }), 'plain', { label: t('conversations.snooze.open'), run: open(row) })
      callFor(`${row.id}.${row.last_seq}`, name, row.snooze_reason ?? t('conversations.snooze.back', { name }), 'message', open(row))
    }
    if (!mine(row) || !before || row.unread <= (before.unread ?? 0)) return
    const looked = document.visibilityState === 'visible' && document.hasFocus() && router.currentRoute.value.params.id === row.id
    if (looked) return
    callFor(`${row.id}.${row.last_seq}`, customerName(row.customer_id, row.customer_name), row.preview, 'message', open(row))
  })

  // What an automation tells one: seen here at once, and called for where the window is not looked at.
  useTopic('notices', {
    fact: (fact) => {
      const notice = fact.data as AutomationNotice
      if (notice.user_id !== myId) return
      const open = () => void router.push({ name: 'conversations', params: { id: notice.conversation_id } })
      toast(t('automation.notice', { name: notice.name, text: notice.text }), 'plain', { label: t('automation.to_conversation'), run: open })
      callFor(notice.run_id, notice.name, notice.text, 'message', open)
    },
  })

  const unread = computed(() => {
    let sum = 0
    for (const row of rows.value.values()) if (mine(row)) sum += row.unread ?? 0
    return sum
  })
  const badge = () => {
    const bare = document.title.replace(/^\(\d+\+?\) /, '')
    document.title = unread.value > 0 ? `(${unread.value > 99 ? '99+' : unread.value}) ${bare}` : bare
  }
  watch(unread, badge, { immediate: true })
  // The router writes the title anew with each page, after its own hooks.
  watch(() => router.currentRoute.value.fullPath, () => setTimeout(badge))
  watch(() => t('shell.product'), badge)
}
