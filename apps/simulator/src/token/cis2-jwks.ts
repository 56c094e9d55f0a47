import type { Clock } from '../clock.js';
import { fetchKeys, type PublicJwk } from './jwks-cache.js';

const TTL_MS = 24 * 3_600_000;

/**
 * APIM's copy of CIS2's JWKS: kept for 24 h, and unlike an application's fetched again for an unknown kid
 * (docs/reference/protocol-facts.md §5, fact U12).
 */
export class Cis2Jwks {
  readonly #clock: Clock;
  readonly #url: () => string;
  readonly #timeoutMs: () => number;
  #cached: { keys: PublicJwk[]; expiresAtMs: number } | undefined;

  constructor(clock: Clock, url: () => string, timeoutMs: () => number) {
    this.#clock = clock;
    this.#url = url;
    this.#timeoutMs = timeoutMs;
  }

  async keysFor(kid: unknown): Promise<readonly PublicJwk[] | 'unreachable'> {
    const cached = this.#cached;
    if (
      cached !== undefined &&
      cached.expiresAtMs > this.#clock.nowMs() &&
      cached.keys.some((key) => key['kid'] === kid)
    )
      return cached.keys;
    const keys = await fetchKeys(this.#url(), this.#timeoutMs());
    if (keys === 'unreachable') return keys;
    this.#cached = { keys, expiresAtMs: this.#clock.nowMs() + TTL_MS };
    return keys;
  }

  clear(): void {
    this.#cached = undefined;
  }
}
