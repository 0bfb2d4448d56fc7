import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/** The frame behind the launcher, and the trial page that embeds both as a shop would. */
export default defineConfig({
  base: '/widget/',
  plugins: [preact({ devToolsEnabled: false })],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: { input: ['index.html', 'frame.html'] },
  },
})
