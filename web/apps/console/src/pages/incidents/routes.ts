import { Megaphone } from '@lucide/vue'
import { definePages } from '@/app/registry'
import { useIncidentBadge } from './useIncidents'

export default definePages({
  module: 'incidents',
  pages: [
    { path: '/incidents', name: 'incidents', title: 'incidents.title', component: () => import('./IncidentsPage.vue'), permission: 'incidents.read', rail: { icon: Megaphone, label: 'incidents.rail', section: 'follow_up', order: 29, badge: useIncidentBadge }, also: 'tfsj tufa shijian guzhang incident outage' },
  ],
})
