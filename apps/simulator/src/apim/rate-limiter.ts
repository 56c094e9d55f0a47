import type { Clock } from '../clock.js';

/**
 * The e-RS products' limits (docs/reference/protocol-facts.md §1.6): quota 600 a minute, spike arrest 720 a minute,
 * smoothed.
 */
const QUOTA_PER_MINUTE = 600;
const SPIKE_ARREST_INTERVAL_MS = 60_000 / 720;

interface Usage {
  lastAtMs: number;
  windowStartMs: number;
  used: number;
}

/**
 * Limits per application. Spike arrest is smoothed as Apigee does it: one request every 83 ms, however few came before.
 * A rejected request uses up neither limit.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #usages = new Map<string, Usage>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(apiKey: string): 'ok' | 'spike-arrest' | 'quota' {
    const nowMs = this.#clock.nowMs();
    const windowStartMs = nowMs - (nowMs % 60_000);
    let usage = this.#usages.get(apiKey);
    if (usage === undefined) {
      usage = { lastAtMs: Number.NEGATIVE_INFINITY, windowStartMs, used: 0 };
      this.#usages.set(apiKey, usage);
    }
    if (nowMs - usage.lastAtMs < SPIKE_ARREST_INTERVAL_MS && nowMs >= usage.lastAtMs) return 'spike-arrest';
    if (usage.windowStartMs !== windowStartMs) {
      usage.windowStartMs = windowStartMs;
      usage.used = 0;
    }
    if (usage.used >= QUOTA_PER_MINUTE) return 'quota';
    usage.used += 1;
    usage.lastAtMs = nowMs;
    return 'ok';
  }

  clear(): void {
    this.#usages.clear();
  }
}
