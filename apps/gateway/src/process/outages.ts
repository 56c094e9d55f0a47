/**
 * Logs the outages of what Gatehouse depends on: when one begins, after growing intervals while it lasts, and when it
 * ends. A few failures at once are no outage: one begins when nothing but failures have come for a while.
 */
import type { Log } from './log.js';

export interface Outages {
  /**
   * @param dependency one of a few names, never a tenant's
   * @param error the error, or a reason in words without secrets
   */
  failed(dependency: string, error: unknown): void;
  worked(dependency: string): void;
  /** The dependencies whose outage goes on and was logged. */
  ongoing(): readonly string[];
}

interface Outage {
  readonly sinceMs: number;
  failures: number;
  isLogged: boolean;
  intervalMs: number;
  nextLineMs: number;
}

const FEWEST_FAILURES = 3;
const SHORTEST_MS = 1_000;
const FIRST_INTERVAL_MS = 60_000;
const LONGEST_INTERVAL_MS = 3_600_000;

function beginning(nowMs: number): Outage {
  return {
    sinceMs: nowMs,
    failures: 0,
    isLogged: false,
    intervalMs: FIRST_INTERVAL_MS,
    nextLineMs: nowMs + SHORTEST_MS,
  };
}

export function createOutages(log: Pick<Log, 'error' | 'info'>, monotonicNow: () => number): Outages {
  const outages = new Map<string, Outage>();
  const reasonOf = (error: unknown) => (typeof error === 'string' ? { reason: error } : { err: error });
  const facts = (dependency: string, { sinceMs, failures }: Outage) => ({
    dependency,
    failures,
    lastedS: Math.round((monotonicNow() - sinceMs) / 1000),
  });
  return {
    failed(dependency, error) {
      const nowMs = monotonicNow();
      const outage = outages.get(dependency) ?? beginning(nowMs);
      outages.set(dependency, outage);
      outage.failures += 1;
      if (outage.failures < FEWEST_FAILURES || nowMs < outage.nextLineMs) return;
      log.error(
        { ...facts(dependency, outage), ...reasonOf(error) },
        outage.isLogged ? 'an outage goes on' : 'an outage has begun',
      );
      outage.isLogged = true;
      outage.nextLineMs = nowMs + outage.intervalMs;
      outage.intervalMs = Math.min(outage.intervalMs * 2, LONGEST_INTERVAL_MS);
    },
    ongoing: () => [...outages].flatMap(([dependency, { isLogged }]) => (isLogged ? [dependency] : [])),
    worked(dependency) {
      const outage = outages.get(dependency);
      if (outage === undefined) return;
      outages.delete(dependency);
      if (outage.isLogged) log.info(facts(dependency, outage), 'an outage has ended');
    },
  };
}
