import { Inbox, ListPlus } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useTaskBadge } from './useTaskBadge'

export default definePages({
  module: 'tasks',
  pages: [
    { path: '/tasks', name: 'tasks', title: 'tasks.title', component: () => import('./TasksPage.vue'), permission: 'tasks.read', rail: { icon: Inbox, label: 'tasks.rail', order: 80, foot: true, badge: useTaskBadge }, also: 'rw renwu tasks duties overdue' },
  ],
  palette: [{ id: 'task.new', label: 'tasks.new', also: 'xjrw new task', icon: ListPlus, permission: 'tasks.create', to: { name: 'tasks', query: { open: 'new' } } }],
})
