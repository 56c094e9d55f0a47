import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const ROUTES = /contracts\/dist\/.*-routes\.js$/;
const SUMMARY = /\bsummary:\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`),/g;

/** The sentences that describe routes are for the pages of the API. The console has no use for these 3 kB. */
const withoutSummaries = {
  name: 'without-summaries',
  transform: (code, id) => (ROUTES.test(id) ? { code: code.replaceAll(SUMMARY, ''), map: null } : null),
};

export default defineConfig({
  plugins: [react(), withoutSummaries],
  build: {
    outDir: 'dist/www',
    emptyOutDir: true,
    manifest: true,
    // The content security policy allows no inline script, style or data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
});
