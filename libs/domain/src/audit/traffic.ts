/** Counts from the audit trail for the dashboard: by hour, by reason, and against the quota of an application. */

import { hourOf } from './rollup/closed-hours.js';

/** How many requests of one hour ended in one way. */
export interface HourCount {
  /** Start of the hour, epoch ms. */
  readonly hourMs: number;
  readonly outcome: string | null;
  /** Code of a refusal or failure. */
  readonly code: string | null;
  readonly count: number;
}

export interface TrafficHour {
  readonly atMs: number;
  readonly completed: number;
  /** Rejected by Gatehouse. */
  readonly refused: number;
  /** Rejected by e-RS, lost on the way, or not known to have arrived. */
  readonly failed: number;
}

export interface Reason {
  readonly code: string;
  readonly count: number;
  /** One for each hour. */
  readonly hours: readonly number[];
}

const HOUR_MS = 3_600_000;
/** How many reasons are listed; the others are summed up. */
const REASONS = 6;
const OTHER_REASONS = 'others';

/**
 * Every hour of the range, including those without a request.
 * @param untilMs an instant in the last hour
 */
export function trafficByHour(counts: readonly HourCount[], hours: number, untilMs: number): TrafficHour[] {
  const byHour = Map.groupBy(counts, ({ hourMs }) => hourMs);
  return hoursOf(hours, untilMs).map((atMs) => ({ atMs, ...endsOf(byHour.get(atMs) ?? []) }));
}

/** How requests ended, whatever their hours. */
export function endsOf(counts: readonly HourCount[]): Omit<TrafficHour, 'atMs'> {
  const sum = (isCounted: (outcome: string | null) => boolean) =>
    counts.filter(({ outcome }) => isCounted(outcome)).reduce((total, { count }) => total + count, 0);
  return {
    completed: sum((outcome) => outcome === 'COMPLETED'),
    refused: sum((outcome) => outcome === 'REFUSED'),
    failed: sum((outcome) => outcome !== 'COMPLETED' && outcome !== 'REFUSED'),
  };
}

/** The codes of refusals and failures, most frequent first. */
export function reasonsByHour(counts: readonly HourCount[], hours: number, untilMs: number): Reason[] {
  const starts = hoursOf(hours, untilMs);
  const firstMs = starts[0] ?? 0;
  const byCode = Map.groupBy(
    counts.filter(({ code, hourMs }) => code !== null && hourMs >= firstMs && hourMs <= untilMs),
    ({ code }) => code ?? '',
  );
  const reasons = [...byCode].map(([code, ofCode]) => reasonOf(code, ofCode, starts));
  const [most, rest] = [byFrequency(reasons).slice(0, REASONS), byFrequency(reasons).slice(REASONS)];
  if (rest.length === 0) return most;
  const others = rest.flatMap(({ code }) => byCode.get(code) ?? []);
  return [...most, reasonOf(OTHER_REASONS, others, starts)];
}

function reasonOf(code: string, counts: readonly HourCount[], starts: readonly number[]): Reason {
  const byHour = Map.groupBy(counts, ({ hourMs }) => hourMs);
  const hours = starts.map((atMs) => (byHour.get(atMs) ?? []).reduce((total, { count }) => total + count, 0));
  return { code, hours, count: hours.reduce((total, count) => total + count, 0) };
}

const byFrequency = (reasons: readonly Reason[]): Reason[] =>
  reasons.toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code));

function hoursOf(hours: number, untilMs: number): number[] {
  const last = hourOf(untilMs);
  return Array.from({ length: hours }, (_, at) => last - (hours - 1 - at) * HOUR_MS);
}

/** Attempts of one binding in one minute. */
export interface MinuteCount {
  readonly bindingId: string;
  readonly minuteMs: number;
  readonly count: number;
}

/** The share of its quota from which an application counts as near it. */
const NEAR = 0.7;

/** Whether the calls of one minute are near the quota that e-RS has for an application. */
export function isNearQuota(callsPerMinute: number, requestsPerMinute: number): boolean {
  return callsPerMinute >= requestsPerMinute * NEAR;
}

/** The calls in the busiest minute of each application. The bindings of an application share its quota. */
export function busiestMinutes(
  counts: readonly MinuteCount[],
  applicationOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const minutes = new Map<string, Map<number, number>>();
  for (const { bindingId, minuteMs, count } of counts) {
    const application = applicationOf.get(bindingId);
    if (application === undefined) continue;
    const calls = minutes.get(application) ?? new Map<number, number>();
    minutes.set(application, calls.set(minuteMs, (calls.get(minuteMs) ?? 0) + count));
  }
  return new Map([...minutes].map(([application, calls]) => [application, Math.max(...calls.values())]));
}
