import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consolePages } from './console-pages.js';

const folder = mkdtempSync(join(tmpdir(), 'console-pages-'));
mkdirSync(join(folder, 'assets'));
mkdirSync(join(folder, '.vite'));
writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" nonce="GATEHOUSE-NONCE" />');
writeFileSync(join(folder, 'assets', 'index-abCD12_3.js'), 'run()');
writeFileSync(join(folder, 'assets', 'index-abCD12_3.js.br'), brotliCompressSync('run()'));
writeFileSync(join(folder, 'assets', 'face-abCD12_3.woff2'), 'wOF2');
writeFileSync(join(folder, '.vite', 'manifest.json'), '{}');

const pages = consolePages(pathToFileURL(`${folder}/`));
const server = createServer((request, response) => {
  pages(request, response, () => {
    response.statusCode = 404;
    response.end('the API');
  });
});
const get = (path: string, headers: Record<string, string> = { accept: 'text/html' }, method = 'GET') =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method, headers });

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the pages of the console', () => {
  it('are index.html under every path of the console, each answer with its own nonce', async () => {
    const nonces = new Set<string>();
    for (const path of ['/', '/organisations/R69/show?tab=1']) {
      const answer = await get(path);
      const nonce = /nonce="([\w-]{20,})"/.exec(await answer.text())?.[1];
      const policy = answer.headers.get('content-security-policy');
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
      expect(policy).toContain("font-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      nonces.add(nonce!);
    }
    expect(nonces.size).toBe(2);
  });

  it('let browsers cache assets for good, since their names contain a hash', async () => {
    const answer = await get('/assets/index-abCD12_3.js', {});
    expect(await answer.text()).toBe('run()');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['br', 'br'],
    ['gzip, br;q=0', 'gzip'],
    ['br;q=0.5, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', null],
  ])('are encoded for a browser that accepts %s', async (accepted, encoding) => {
    const answer = await get('/assets/index-abCD12_3.js', { 'accept-encoding': accepted });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(await answer.text()).toBe('run()');
  });

  it('serve the typeface with its own media type', async () => {
    const answer = await get('/assets/face-abCD12_3.woff2', {});
    expect(await answer.text()).toBe('wOF2');
    expect(answer.headers.get('content-type')).toBe('font/woff2');
  });

  it.each([
    '/api/v1/nothing',
    '/api',
    '/auth/sign-in',
    '/assets/missing.js',
    '/assets/index-abCD12_3.js.br',
    '/assets/..%2f.vite/manifest.json',
  ])('leave %s to the API', async (path) => {
    expect(await (await get(path)).text()).toBe('the API');
  });

  it('are only served to browsers that read a page, not to scripts or for changes', async () => {
    expect(await (await get('/nothing', { accept: 'application/json' })).text()).toBe('the API');
    expect(await (await get('/', undefined, 'POST')).text()).toBe('the API');
  });
});
