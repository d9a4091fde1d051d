import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { contentPolicy } from './scripts/contentPolicy.ts';
import { firstWords } from './scripts/firstWords.ts';
import { offline } from './scripts/offline.ts';
import { commit, published, version } from './scripts/published.ts';

/** Times of plugins are of no use to who builds. */
const checks = { pluginTimings: false };

export default defineConfig({
  base: './',
  define: { __VERSION__: JSON.stringify(version), __COMMIT__: JSON.stringify(commit()) },
  plugins: [react(), firstWords(), contentPolicy(), published(), offline()],
  build: {
    target: 'es2022',
    // The notices that the packages' licences ask for.
    license: { fileName: 'PACKAGES.md' },
    rollupOptions: { checks, input: { index: 'index.html', check: 'check.html', bench: 'bench.html' } },
  },
  worker: { format: 'es', rollupOptions: { checks } },
});
