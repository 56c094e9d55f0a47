/** Counts of the trail as the dashboard shows them: by the hour, by reason, and against the quota of an application. */

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
  /** By Gatehouse. */
  readonly refused: number;
  /** At e-RS, on the way there, or not known to have arrived. */
  readonly failed: number;
}

export interface Reason {
  readonly code: string;
  readonly count: number;
  /** One for each hour. */
  readonly hours: readonly number[];
}

const HOUR_MS = 3_600_000;
/** Reasons that are told apart; the rest is one. */
const REASONS = 6;
export const OTHER_REASONS = 'others';

/** Every hour of the range, those without a request too. @param untilMs the last hour is the one that holds it */
export function trafficByHour(counts: readonly HourCount[], hours: number, untilMs: number): TrafficHour[] {
  return hoursOf(hours, untilMs).map((atMs) => {
    const ofHour = counts.filter(({ hourMs }) => hourMs === atMs);
    const sum = (fits: (outcome: string | null) => boolean) =>
      ofHour.filter(({ outcome }) => fits(outcome)).reduce((total, { count }) => total + count, 0);
    return {
      atMs,
      completed: sum((outcome) => outcome === 'COMPLETED'),
      refused: sum((outcome) => outcome === 'REFUSED'),
      failed: sum((outcome) => outcome !== 'COMPLETED' && outcome !== 'REFUSED'),
    };
  });
}

/** Codes of what did not go well, the most frequent first. */
export function reasonsByHour(counts: readonly HourCount[], hours: number, untilMs: number): Reason[] {
  const starts = hoursOf(hours, untilMs);
  const byCode = Map.groupBy(
    counts.filter(({ code, hourMs }) => code !== null && starts.includes(hourMs)),
    ({ code }) => code ?? '',
  );
  const reasons = [...byCode].map(([code, of]) => reasonOf(code, of, starts));
  const [most, rest] = [byFrequency(reasons).slice(0, REASONS), byFrequency(reasons).slice(REASONS)];
  if (rest.length === 0) return most;
  const others = rest.flatMap(({ code }) => byCode.get(code) ?? []);
  return [...most, reasonOf(OTHER_REASONS, others, starts)];
}

function reasonOf(code: string, of: readonly HourCount[], starts: readonly number[]): Reason {
  const hours = starts.map((atMs) =>
    of.filter(({ hourMs }) => hourMs === atMs).reduce((total, { count }) => total + count, 0),
  );
  return { code, hours, count: hours.reduce((total, count) => total + count, 0) };
}

const byFrequency = (reasons: readonly Reason[]): Reason[] =>
  reasons.toSorted((a, b) => b.count - a.count || a.code.localeCompare(b.code));

function hoursOf(hours: number, untilMs: number): number[] {
  const last = Math.floor(untilMs / HOUR_MS) * HOUR_MS;
  return Array.from({ length: hours }, (_, at) => last - (hours - 1 - at) * HOUR_MS);
}

/** Attempts of one binding in one minute. */
export interface MinuteCount {
  readonly bindingId: string;
  readonly minuteMs: number;
  readonly count: number;
}

/** From here on an application is said to approach its quota. */
const NEAR = 0.7;

/** Whether a minute's calls come near the quota of e-RS for one application. */
export function isNearQuota(callsPerMinute: number, requestsPerMinute: number): boolean {
  return callsPerMinute >= requestsPerMinute * NEAR;
}

/** The busiest minute of each application; the bindings of one share its quota. */
export function busiestMinutes(
  counts: readonly MinuteCount[],
  applicationOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const minutes = new Map<string, Map<number, number>>();
  for (const { bindingId, minuteMs, count } of counts) {
    const application = applicationOf.get(bindingId);
    if (application === undefined) continue;
    const of = minutes.get(application) ?? new Map<number, number>();
    minutes.set(application, of.set(minuteMs, (of.get(minuteMs) ?? 0) + count));
  }
  return new Map([...minutes].map(([application, of]) => [application, Math.max(...of.values())]));
}
