/**
 * `GET /jwks/<id>`: the public keys of one application, for APIM to read, or of one CIS2 client, for NHS CIS2. Served
 * from memory, without the database.
 *
 * APIM keeps whatever a 200 brings for an hour, so an empty or doubtful set is 503 and never 200
 * (docs/reference/protocol-facts.md §4, threat J1). Members are listed one by one, so no private one can slip out
 * (threat J2).
 */
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { entityTagsIn } from '@gatehouse/domain/input/entity-tags';
import type { OpenIdAssertionAlgorithm } from '@gatehouse/domain/apim/openid-assertion';
import type { SigningKey, Snapshot } from '@gatehouse/domain/registry/registry';
import { isPublished } from '@gatehouse/domain/registry/signing-key';

const PATH = /^\/jwks\/([A-Za-z0-9_-]{16,64})$/;
/** Short, since every cache between here and APIM adds to its hour. */
const MAX_AGE_S = 60;

export interface PublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly alg: OpenIdAssertionAlgorithm;
  readonly use: 'sig';
}

/** @param alg of the client assertion: RS512 for APIM, and as registered for NHS CIS2 */
export function publicJwk(key: SigningKey, alg: OpenIdAssertionAlgorithm = 'RS512'): PublicJwk {
  const { n, e } = key.publicJwk;
  return { kty: 'RSA', n, e, kid: key.kid, alg, use: 'sig' };
}

/** The keys at a JWKS URL; null: nobody's URL ends with this id. */
function publishedKeys(snapshot: Snapshot, jwksId: string): PublicJwk[] | null {
  const cis2Client = snapshot.cis2ClientsByJwksId.get(jwksId);
  const owner = cis2Client ?? snapshot.applicationsByJwksId.get(jwksId);
  if (owner === undefined) return null;
  return owner.signingKeys
    .filter(({ state }) => isPublished(state))
    .map((key) => publicJwk(key, cis2Client?.signingAlgorithm));
}

/** @param snapshot null before the registry was ever read */
export function serveJwks(snapshot: () => Snapshot | null): RequestListener {
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
    const body = JSON.stringify({ keys });
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
  };
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.trim() === '*' || entityTagsIn(ifNoneMatch).includes(etag);
}
