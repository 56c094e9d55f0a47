/** Reads a JWKS URL as API Management does: by its public address, from outside the process, and without a cache. */

const TIMEOUT_MS = 10_000;
/** Some hundred keys. */
const MOST_BYTES = 262_144;

/** @returns the body of a 200; throws otherwise, naming what was answered */
export async function readPublicJwks(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { Accept: 'application/json', 'Cache-Control': 'no-cache', 'User-Agent': 'Gatehouse' },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`the public JWKS URL answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('the public JWKS URL answered with too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
