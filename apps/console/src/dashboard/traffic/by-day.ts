/** A long range is drawn by the day in London, not by the hour. */
const DAY = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });

/** The longest range whose hours have a bar each. */
const MOST_HOURS = 168;

export interface Bars {
  readonly unit: 'Hour' | 'Day';
  /** An instant in the hour or day of each bar, in their order. */
  readonly starts: readonly string[];
  /** Adds up what belongs to each bar. @param values one for each hour */
  readonly sums: (values: readonly number[]) => number[];
}

/** @param hours the starts of the hours, one after the other */
export function barsOf(hours: readonly string[]): Bars {
  if (hours.length <= MOST_HOURS) return { unit: 'Hour', starts: hours, sums: (values) => [...values] };
  const days = hours.map((at) => DAY.format(new Date(at)));
  const names = [...new Set(days)];
  const place = new Map(names.map((name, at) => [name, at]));
  return {
    unit: 'Day',
    starts: names.map((name) => hours[days.indexOf(name)] ?? ''),
    sums: (values) => {
      const sums = names.map(() => 0);
      for (const [hour, value] of values.entries()) {
        const at = place.get(days[hour] ?? '') ?? 0;
        sums[at] = (sums[at] ?? 0) + value;
      }
      return sums;
    },
  };
}
