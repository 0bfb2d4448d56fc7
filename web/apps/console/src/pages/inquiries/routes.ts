import { NotebookPen, PhoneIncoming } from '@lucide/vue'
import { quickLogOpen } from '@/app/quickLog'
import { definePages } from '@/app/registry'

export default definePages({
  module: 'inquiries',
  pages: [
    { path: '/inquiries', name: 'inquiries', title: 'inquiries.title', component: () => import('./InquiriesPage.vue'), permission: 'inquiries.read', rail: { icon: NotebookPen, label: 'inquiries.rail', section: 'follow_up', order: 20 }, also: 'zx zxjl zixun jilu inquiry records' },
    { path: '/daily-records', name: 'daily-records', title: 'inquiries.daily.title', component: () => import('./DailyPage.vue'), permission: 'inquiries.sign', under: 'inquiries', also: 'mrzx meiri rb daily record sign' },
  ],
  palette: [{ id: 'inquiry.new', label: 'inquiries.log.title', also: 'dj dengji dh dianhua log call visit', icon: PhoneIncoming, permission: 'inquiries.write', run: () => (quickLogOpen.value = true) }],
})
