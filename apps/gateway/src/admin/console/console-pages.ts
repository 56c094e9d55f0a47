/** The console: what its build made, and index.html for every other page, as history routing needs. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const NONCE = 'GATEHOUSE-NONCE';
/** Never a page of the console. */
const NOT_PAGES = /^\/(api|auth)(\/|$)/;

/** Where the build puts it, seen from src as from dist. */
export const CONSOLE_BUILD = new URL('../../../../console/dist/www/', import.meta.url);

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
  /** As the build compressed it; null for what is compressed in itself. */
  readonly brotli: Buffer | null;
}

interface Build {
  readonly page: string;
  /** By path; only what is here is ever served, so no path leads out of the folder. */
  readonly assets: ReadonlyMap<string, Asset>;
}

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Stands before the API's router and its guard: holds nothing but public files. */
export function consolePages(folder: URL = CONSOLE_BUILD): Middleware {
  let build: Build | null = null;
  return (request, response, next) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if ((request.method !== 'GET' && request.method !== 'HEAD') || NOT_PAGES.test(path)) {
      next();
      return;
    }
    build ??= readBuild(folder);
    const asset = build?.assets.get(path);
    if (asset !== undefined) sendAsset(request, response, path, asset);
    else if (build !== null && !path.startsWith('/assets/') && wantsPage(request)) sendPage(response, build);
    else next();
  };
}

function wantsPage({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true;
}

function readBuild(folder: URL): Build | null {
  const index = new URL('index.html', folder);
  if (!existsSync(index)) return null;
  const assets = new Map<string, Asset>();
  for (const name of readdirSync(new URL('assets/', folder))) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(new URL(`assets/${name}`, folder));
    const compressed = new URL(`assets/${name}.br`, folder);
    const brotli = existsSync(compressed) ? readFileSync(compressed) : null;
    assets.set(`/assets/${name}`, { type, bytes, zipped: gzipSync(bytes), brotli });
  }
  return { page: readFileSync(index, 'utf8'), assets };
}

/** A hash in the name: what it holds never changes. */
const HASHED = /-[\w-]{8}\.\w+$/;

function sendAsset({ headers }: IncomingMessage, response: ServerResponse, path: string, asset: Asset): void {
  const { encoding, bytes } = encodedFor(headers['accept-encoding'] ?? '', asset);
  response.setHeader('Content-Type', asset.type);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader(
    'Cache-Control',
    HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
  );
  if (encoding !== null) response.setHeader('Content-Encoding', encoding);
  response.end(bytes);
}

/** The smallest encoding that the browser reads. */
function encodedFor(accepted: string, { bytes, zipped, brotli }: Asset) {
  if (brotli !== null && /\bbr\b(?!;q=0(?:\.0*)?(?:,|$))/.test(accepted))
    return { encoding: 'br', bytes: brotli };
  if (accepted.includes('gzip')) return { encoding: 'gzip', bytes: zipped };
  return { encoding: null, bytes };
}

function sendPage(response: ServerResponse, { page }: Build): void {
  const nonce = randomBytes(16).toString('base64url');
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Security-Policy', pagePolicy(nonce));
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.end(page.replaceAll(NONCE, nonce));
}

/** The nonce is for the styles that the page's own script makes. */
function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
