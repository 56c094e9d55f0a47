/** The figures of a span of hours from the roll-ups, and the same hours a week earlier (ADR 70). */
import { percentileOf } from './buckets.js';
import { hourOf } from './closed-hours.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** What a span of hours adds up to. */
export interface SpanSums {
  readonly requests: number;
  /** By Gatehouse. */
  readonly refused: number;
  /** Rejected by e-RS, lost on the way, or not known to have arrived. */
  readonly failed: number;
  /** Histograms; null: nothing was timed. */
  readonly own: readonly number[] | null;
  readonly upstream: readonly number[] | null;
}

export interface Figures {
  readonly requests: number;
  /** Of the time that has passed: a span that has not ended can be compared with one that has. */
  readonly perHour: number;
  /** Parts of the requests, 0 to 1; null: there were none. */
  readonly failedShare: number | null;
  readonly refusedShare: number | null;
  /** Whole ms; null: nothing was timed. */
  readonly ownMs: { readonly p50: number; readonly p95: number } | null;
  readonly upstreamMs: { readonly p50: number; readonly p95: number } | null;
}

/** @param lastedMs how much of the span has passed */
export function figuresOf({ requests, refused, failed, own, upstream }: SpanSums, lastedMs: number): Figures {
  const share = (part: number): number | null => (requests === 0 ? null : part / requests);
  return {
    ...{ requests, perHour: (requests * HOUR_MS) / lastedMs },
    ...{ failedShare: share(failed), refusedShare: share(refused) },
    ...{ ownMs: timesOf(own), upstreamMs: timesOf(upstream) },
  };
}

function timesOf(histogram: readonly number[] | null): Figures['ownMs'] {
  const [p50, p95] = [percentileOf(histogram ?? [], 0.5), percentileOf(histogram ?? [], 0.95)];
  return p50 === null || p95 === null ? null : { p50, p95 };
}

/** From the start of an hour (inclusive) to the end of one (exclusive), epoch ms. */
export interface HourSpan {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** So many hours, of which the one that holds `nowMs` is the last. */
export function lastHours(hours: number, nowMs: number): HourSpan {
  const untilMs = hourOf(nowMs) + HOUR_MS;
  return { fromMs: untilMs - hours * HOUR_MS, untilMs };
}

export const aWeekEarlier = ({ fromMs, untilMs }: HourSpan): HourSpan => ({
  fromMs: fromMs - WEEK_MS,
  untilMs: untilMs - WEEK_MS,
});

/**
 * Whether a span can be compared with: the trail was written from its beginning on, and there were requests.
 * @param beganMs the first hour of the trail; null: that is not known
 */
export function isComparable({ fromMs }: HourSpan, sums: SpanSums, beganMs: number | null): boolean {
  return sums.requests > 0 && beganMs !== null && beganMs <= fromMs;
}

/** The hours that decide whether a reason is new: this one, the one before, and the 24 before these. */
export const HOURS_OF_NEWNESS = 26;

/**
 * Since when a reason is new (epoch ms, the start of an hour): it occurred in this hour or in the one before, and in none
 * of the 24 hours before that. Null: it isn't.
 * @param hours starts (epoch ms) of the hours in which it occurred
 */
export function newSince(hours: readonly number[], nowMs: number): number | null {
  const previous = hourOf(nowMs) - HOUR_MS;
  const recent = hours.filter((atMs) => atMs >= previous);
  if (recent.length === 0) return null;
  return hours.some((atMs) => atMs >= previous - DAY_MS && atMs < previous) ? null : Math.min(...recent);
}
