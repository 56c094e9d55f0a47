/** `GET /jwks/gatehouse-staff-sign-in`: the public key with which Gatehouse proves itself to the identity provider of staff. */
import type { RequestListener } from 'node:http';
import type { ClientKey } from '../adapters/people/client-key.js';

const PATH = '/jwks/gatehouse-staff-sign-in';
const MAX_AGE_S = 60;

/**
 * @param key null if staff sign-in doesn't use one
 * @returns a handler that returns false for requests that are not for it
 */
export function serveStaffJwks(
  key: ClientKey | null,
  onError: (error: unknown) => void,
): (...[request, response]: Parameters<RequestListener>) => boolean {
  return (request, response) => {
    if (key === null || request.url !== PATH) return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Cache-Control': 'no-store' }).end();
      return true;
    }
    key.publicKey().then(
      ({ publicJwk: { kty, n, e }, thumbprint: kid }) => {
        // Without `alg`, since the provider decides between RS512 and RS256.
        const body = JSON.stringify({ keys: [{ kty, n, e, kid, use: 'sig' }] });
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Cache-Control': `public, max-age=${MAX_AGE_S}, must-revalidate`,
          'X-Content-Type-Options': 'nosniff',
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      (error: unknown) => {
        onError(error);
        response.writeHead(503, { 'Cache-Control': 'no-store', 'Retry-After': '5' }).end();
      },
    );
    return true;
  };
}
