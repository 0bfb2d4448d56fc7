import { definePages } from '@/app/registry'

export default definePages({
  module: 'channels',
  pages: [
    { path: '/settings/channels', name: 'channels', title: 'channels.title', component: () => import('./ChannelsPage.vue'), permission: 'channels.read', settings: { section: 'desk', label: 'channels.title', order: 10 }, also: 'qd qudao channels widget' },
  ],
})
