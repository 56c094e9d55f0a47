/**
 * `GET /jwks/<id>`: the public keys of one application, for APIM to read, or of one CIS2 client, for NHS CIS2. Served
 * from memory, without the database.
 *
 * APIM keeps whatever a 200 brings for an hour, so an empty or doubtful set is 503 and never 200
 * (docs/reference/protocol-facts.md §4, threat J1).
 */
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { entityTagsIn } from '@gatehouse/domain/input/entity-tags';
import { jwksBody, publishedKeys } from '@gatehouse/domain/apim/jwks';
import type { Snapshot } from '@gatehouse/domain/registry/registry';

const PATH = /^\/jwks\/([A-Za-z0-9_-]{16,64})$/;
/** Short, since every cache between here and APIM adds to its hour. */
const MAX_AGE_S = 60;

/** The User-Agent with which API Management fetches a JWKS (docs/reference/protocol-facts.md §4). */
const APIM = /^APIM(?:[/ ]|$)/;

/**
 * @param snapshot null before the registry was ever read
 * @param onFetched called when somebody who says that it is API Management was given a JWKS
 */
export function serveJwks(
  snapshot: () => Snapshot | null,
  onFetched: (jwksId: string) => void = () => undefined,
): RequestListener {
  return (request, response) => {
    const answer = (status: number, headers: Record<string, string>, body = ''): void => {
      response.writeHead(status, {
        'X-Content-Type-Options': 'nosniff',
        'Content-Length': String(Buffer.byteLength(body)),
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const id = PATH.exec(request.url ?? '')?.[1];
    if (id === undefined) {
      answer(404, { 'Cache-Control': 'no-store' });
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(405, { Allow: 'GET, HEAD', 'Cache-Control': 'no-store' });
      return;
    }
    const current = snapshot();
    const keys = current === null ? [] : publishedKeys(current, id);
    if (keys === null) {
      answer(404, { 'Cache-Control': 'no-store' });
      return;
    }
    if (keys.length === 0) {
      answer(503, { 'Cache-Control': 'no-store', 'Retry-After': '5' });
      return;
    }
    const body = jwksBody(keys);
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    const headers = {
      'Cache-Control': `public, max-age=${MAX_AGE_S}, must-revalidate, no-transform`,
      ETag: etag,
    };
    if (matches(request.headers['if-none-match'], etag)) {
      response.writeHead(304, headers).end();
      return;
    }
    answer(200, { ...headers, 'Content-Type': 'application/json' }, body);
    if (request.method === 'GET' && APIM.test(request.headers['user-agent'] ?? '')) onFetched(id);
  };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.trim() === '*' || entityTagsIn(ifNoneMatch).includes(etag);
}
