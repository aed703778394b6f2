import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    outDir: process.env['DESCANT_WEB_OUT'] ?? '../build/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the Content-Security-Policy knows no data: scripts or fonts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // hls.js, which loads on the first play
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/media', '/storage', '/healthz'].map((path) => [path, process.env['DESCANT_URL'] ?? 'http://localhost:8000']),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
