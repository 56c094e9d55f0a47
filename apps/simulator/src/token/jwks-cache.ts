import type { Clock } from '../clock.js';

/** One public key of a JWKS, unchecked. */
export type PublicJwk = Record<string, unknown>;

const TTL_MS = 3_600_000;

/**
 * APIM's copy of each JWKS, kept for 3,600 s by URL and fetched only when absent (docs/reference/protocol-facts.md §4,
 * U11): an unknown kid causes no fetch, and a 200 with a bad or empty body is kept for the hour like a good one.
 */
export class JwksCache {
  readonly #clock: Clock;
  readonly #timeoutMs: () => number;
  readonly #onFetch: () => void;
  readonly #byUrl = new Map<string, { keys: PublicJwk[]; expiresAtMs: number }>();

  constructor(clock: Clock, timeoutMs: () => number, onFetch: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onFetch = onFetch;
  }

  /** The keys at `url`, or `unreachable` if the fetch failed or the status was not 2xx. */
  async keysOf(url: string): Promise<PublicJwk[] | 'unreachable'> {
    const cached = this.#byUrl.get(url);
    if (cached !== undefined && cached.expiresAtMs > this.#clock.nowMs()) return cached.keys;

    this.#onFetch();
    const keys = await fetchKeys(url, this.#timeoutMs());
    if (keys === 'unreachable') return keys;
    this.#byUrl.set(url, { keys, expiresAtMs: this.#clock.nowMs() + TTL_MS });
    return keys;
  }

  clear(): void {
    this.#byUrl.clear();
  }
}

/** The keys of the JWKS at `url`; none if the answer is 2xx but not a JWKS. */
export async function fetchKeys(url: string, timeoutMs: number): Promise<PublicJwk[] | 'unreachable'> {
  try {
    const response = await fetch(url, {
      headers: { 'User-Agent': 'APIM' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return response.ok ? parseKeys(text) : 'unreachable';
  } catch {
    return 'unreachable';
  }
}

function parseKeys(text: string): PublicJwk[] {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys)
      ? keys.filter((key): key is PublicJwk => typeof key === 'object' && key !== null)
      : [];
  } catch {
    return [];
  }
}
