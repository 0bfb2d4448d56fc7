import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue(), tailwindcss()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: { __VUE_OPTIONS_API__: false, __VUE_I18N_LEGACY_API__: false, __INTLIFY_PROD_DEVTOOLS__: false },
  build: {
    target: 'es2022',
    // A strict content policy admits no data: scripts and no inline module preload helper.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // A language is fetched in parts side by side: whole, it would be the largest thing of all.
    rolldownOptions: {
      output: { codeSplitting: { groups: ['zh-CN', 'zh-TW', 'en'].map((locale) => ({ name: locale, test: new RegExp(`catalogues/.*/${locale}\\.json$`), maxSize: 100_000 })) } },
    },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true }, '/widget': { target: 'http://127.0.0.1:8080', ws: true } } },
})
