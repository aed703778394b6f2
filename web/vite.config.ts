import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// A script in the head, in a file with a digest in its name: the Content-Security-Policy takes none inline.
function early(file: string): Plugin {
  return {
    name: 'early',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'asset', name: file, source: readFileSync(`src/${file}`) });
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) => {
        const emitted = Object.values(bundle ?? {}).find((output) => output.type === 'asset' && output.names.includes(file));
        return [{ tag: 'script', attrs: { src: `/${emitted!.fileName}` }, injectTo: 'head' }];
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), early('early-theme.js')],
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
