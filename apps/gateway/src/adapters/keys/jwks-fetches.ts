/**
 * Notes when API Management last fetched a JWKS URL. It is shown to people; no step depends on it, since anybody can send
 * its User-Agent.
 */
import type { Database } from '@gatehouse/db/client';

/** API Management fetches a URL once an hour; anybody else could ask for it many times a second. */
const LEAST_MS = 60_000;
const MOST_URLS = 100_000;

export function noteJwksFetches(
  db: Pick<Database, 'jwksFetch'>,
  now: () => number,
  onError: (error: unknown) => void,
): (jwksId: string) => void {
  const notedMs = new Map<string, number>();
  return (jwksId) => {
    const nowMs = now();
    if (nowMs - (notedMs.get(jwksId) ?? -Infinity) < LEAST_MS) return;
    if (notedMs.size >= MOST_URLS) notedMs.clear();
    notedMs.set(jwksId, nowMs);
    const fetchedAt = new Date(nowMs);
    db.jwksFetch
      .upsert({ where: { jwksId }, create: { jwksId, fetchedAt }, update: { fetchedAt } })
      .catch(onError);
  };
}
