/** Writes a content security policy into each page once the site is built. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The policy of a page. Its own inline scripts are allowed by their hashes. Styles may be inline, because the theme and
 * the colours of code set them on elements. The search is compiled to WebAssembly.
 * @param {string} html
 */
export function policyOf(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${[...new Set(inline)].join(' ')}`.trim(),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** @returns {import('astro').AstroIntegration} */
export const contentSecurityPolicy = () => ({
  name: 'content-security-policy',
  hooks: {
    'astro:build:done': ({ dir }) => {
      for (const file of readdirSync(dir, { recursive: true }).filter((name) => name.endsWith('.html'))) {
        const path = join(fileURLToPath(dir), file);
        const html = readFileSync(path, 'utf8');
        const meta = `<meta http-equiv="Content-Security-Policy" content="${policyOf(html)}">`;
        const written = html.replace(/<meta charset="utf-8"\s*\/?>/i, (charset) => charset + meta);
        if (written === html) throw new Error(`${file} has no <meta charset> that a policy could follow.`);
        writeFileSync(path, written);
      }
    },
  },
});
