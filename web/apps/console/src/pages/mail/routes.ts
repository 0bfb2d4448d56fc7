import { PenLine } from '@lucide/vue'
import { mailWish } from '@/app/mailComposer'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'mail',
  pages: [
    { path: '/settings/mailboxes', name: 'mailboxes', title: 'mail.title', component: () => import('./MailboxesPage.vue'), permission: 'mail.read', settings: { section: 'desk', label: 'mail.title', order: 15 }, also: 'yx youxiang youjian mailboxes email' },
  ],
  palette: [{ id: 'mail.new', label: 'mail.write.new', also: 'xyj xieyoujian yj write mail email compose', icon: PenLine, permission: 'mail.write', run: () => (mailWish.value = { kind: 'new' }) }],
})
