import react from '@vitejs/plugin-react';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

import { shell } from './build/shell.ts';

/** Where `npm run dev` sends /api: the prompt API itself or a gateway in front of it. */
const apiUrl = process.env.API_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [
    react(),
    shell(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      registerType: 'prompt',
      // The app registers it itself: the content security policy allows no inline scripts.
      injectRegister: false,
      injectManifest: { globPatterns: ['**/*.{html,js,css,svg,png}'] },
      manifest: {
        id: '/',
        name: 'Storybot',
        short_name: 'Storybot',
        description: 'A place to make and read stories.',
        lang: 'en',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        categories: ['books', 'education', 'kids'],
        background_color: '#faf6ee',
        theme_color: '#faf6ee',
        icons: [
          { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          {
            src: '/icons/maskable-512.png',
            sizes: '512x512',
            type: 'image/png',
            purpose: 'maskable',
          },
        ],
      },
    }),
  ],
  server: {
    host: '0.0.0.0',
    port: 5173,
    strictPort: true,
    // The gateway forwards the page, so hot updates must come back by the page's own address.
    proxy: { '/api': { target: apiUrl, changeOrigin: false } },
  },
  build: {
    // The content security policy allows no data: scripts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One small file, asked for at once: styles that come later would move what is already shown.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files: over HTTP/1.1 a phone gets six at a time, and a small one costs as long a way as
          // a large one. What every page needs of libraries, and what pages have in common.
          groups: [
            {
              name: 'vendor',
              test: /node_modules\/(react|react-dom|scheduler|react-router|i18next|openapi-fetch|@tanstack\/(query-core|react-query))\//,
              priority: 3,
            },
            { name: 'vendor', test: /node_modules/, minShareCount: 4, priority: 2 },
            {
              name: 'shared',
              // How to connect a model is shown to few, from more than one place.
              test: /\/src\/(?!features\/model\/)|lucide-react/,
              minShareCount: 2,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://localhost:8080/' } },
    setupFiles: ['src/test/setup.ts'],
    testTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
    css: { modules: { classNameStrategy: 'non-scoped' } },
  },
});
