/** Which hours of the roll-ups can be compared with the audit trail: those to which nothing can be added any more. */
const HOUR_MS = 3_600_000;

/** What may still be added to an hour; each is the time (epoch ms) at which a request or attempt began, null: none. */
export interface StillOpen {
  readonly nowMs: number;
  /** The oldest attempt that has no OUTCOME yet. */
  readonly oldestOpenMs: number | null;
  /** The oldest record that is in the trail and not in the roll-ups. */
  readonly oldestUncountedMs: number | null;
}

/** Hours that begin before this (epoch ms, the start of an hour) are closed. */
export function closedUntil({ nowMs, oldestOpenMs, oldestUncountedMs }: StillOpen): number {
  const oldestMs = Math.min(nowMs, oldestOpenMs ?? nowMs, oldestUncountedMs ?? nowMs);
  return hourOf(oldestMs);
}

/** The start of the hour (UTC) of an instant, both epoch ms. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

/** The starts of the closed hours in [fromMs, untilMs). An hour of which only a part lies in it is left out. */
export function closedHours(fromMs: number, untilMs: number, open: StillOpen): number[] {
  const firstMs = Math.ceil(fromMs / HOUR_MS) * HOUR_MS;
  const endMs = Math.min(hourOf(untilMs), closedUntil(open));
  const count = Math.max(0, (endMs - firstMs) / HOUR_MS);
  return Array.from({ length: count }, (_, at) => firstMs + at * HOUR_MS);
}
