import { definePages } from '@/app/registry'

export default definePages({
  module: 'mail',
  pages: [
    { path: '/settings/mailboxes', name: 'mailboxes', title: 'mail.title', component: () => import('./MailboxesPage.vue'), permission: 'mail.read', settings: { section: 'desk', label: 'mail.title', order: 15 }, also: 'yx youxiang youjian mailboxes email' },
  ],
})
