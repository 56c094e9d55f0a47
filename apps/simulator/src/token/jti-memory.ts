import type { Clock } from '../clock.js';

const THIRTY_DAYS_MS = 30 * 24 * 3_600_000;

/**
 * The `jti` values each client id has used: remembered for 30 days (docs/reference/protocol-facts.md §3.1,
 * PopulateCache.JTIClaim).
 */
export class JtiMemory {
  readonly #clock: Clock;
  readonly #expiries = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isUsed(clientId: string, jti: string): boolean {
    const expiry = this.#expiries.get(JSON.stringify([clientId, jti]));
    return expiry !== undefined && expiry > this.#clock.nowMs();
  }

  remember(clientId: string, jti: string): void {
    this.#expiries.set(JSON.stringify([clientId, jti]), this.#clock.nowMs() + THIRTY_DAYS_MS);
  }

  clear(): void {
    this.#expiries.clear();
  }
}
