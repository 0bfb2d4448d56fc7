import { defineConfig } from 'vite'

/** The loader: one classic script under a name that never changes. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2020',
    emptyOutDir: false,
    reportCompressedSize: false,
    rollupOptions: { input: 'src/loader/main.ts', output: { format: 'iife', entryFileNames: 'widget.js' } },
  },
})
