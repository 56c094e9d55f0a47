import type { HrTime } from '@opentelemetry/api';

/** Seconds and nanoseconds: a number alone could be taken for a time since the process began. */
export function hrTime(epochMs: number): HrTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}
