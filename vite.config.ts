import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { contentPolicy } from './scripts/contentPolicy.ts';
import { offline } from './scripts/offline.ts';

export default defineConfig({
  base: './',
  plugins: [react(), contentPolicy(), offline()],
  build: {
    target: 'es2022',
    // The notices that the packages' licences ask for.
    license: { fileName: 'PACKAGES.md' },
    rollupOptions: { input: { index: 'index.html', check: 'check.html', bench: 'bench.html' } },
  },
  worker: { format: 'es' },
});
