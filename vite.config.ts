import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2022',
    // The notices that the packages' licences ask for.
    license: { fileName: 'PACKAGES.md' },
    rollupOptions: { input: { index: 'index.html', check: 'check.html', bench: 'bench.html' } },
  },
  worker: { format: 'es' },
});
