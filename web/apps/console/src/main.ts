import './main.css'
import './app/theme'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { ApiError } from '@zhike/api'
import { i18n, preferredLocale, setLocale } from '@zhike/i18n'
import { createApp } from 'vue'
import App from './app/App.vue'
import { router } from './app/router'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only what may heal is tried again.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.transient,
    },
    mutations: { retry: false },
  },
})

await setLocale(preferredLocale())

createApp(App).use(i18n).use(VueQueryPlugin, { queryClient: queries }).use(router).mount('#app')
