/** Reads a JWKS URL as API Management does: by its public address, from outside the process, and without a cache. */
import { boundedFetch } from '../people/openid/bounded-fetch.js';

const TIMEOUT_MS = 10_000;
/** Some hundred keys. */
const MOST_BYTES = 262_144;

/** @returns the body of a 200; throws otherwise, naming what was answered */
export async function readPublicJwks(url: string): Promise<string> {
  const response = await boundedFetch(MOST_BYTES)(url, {
    headers: { Accept: 'application/json', 'Cache-Control': 'no-cache', 'User-Agent': 'Gatehouse' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`the public JWKS URL answered ${response.status}`);
  return response.text();
}
