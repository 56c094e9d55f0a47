/** Which requests are exported as traces (ADR 53). */
import type { TraceParent } from './traceparent.js';

/** Of each client and second, the requests that are traced because the client says that it traces them. */
export const MOST_FOLLOWED = 10;

export interface Sampled {
  /** Null: the request is the first of its trace. */
  readonly parent: TraceParent | null;
  /** Null: the caller did not authenticate. */
  readonly clientId: string | null;
  /** Monotonic ms. */
  readonly nowMs: number;
  /** A random number from 0 to 1, without 1. */
  readonly draw: number;
}

/**
 * A caller that doesn't record its trace is followed. One that does is followed as well, so that traces are whole, but
 * only `MOST_FOLLOWED` times a second: beyond that, and for unknown callers and requests without a trace, the ratio
 * decides. So nobody can have everything traced by a flag, or by the trace ids it chooses.
 * @param ratio from 0 (none) to 1 (all)
 */
export function createTraceSampler(ratio: number): (request: Sampled) => boolean {
  const followed = new Map<string, number>();
  let second = NaN;
  const mayFollow = (clientId: string, nowMs: number): boolean => {
    const current = Math.floor(nowMs / 1000);
    if (current !== second) followed.clear();
    second = current;
    const count = followed.get(clientId) ?? 0;
    followed.set(clientId, count + 1);
    return count < MOST_FOLLOWED;
  };
  return ({ parent, clientId, nowMs, draw }) => {
    if (parent?.isSampled === false) return false;
    if (parent !== null && clientId !== null && mayFollow(clientId, nowMs)) return true;
    return draw < ratio;
  };
}
