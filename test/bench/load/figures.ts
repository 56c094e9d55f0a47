/** The value below which this share of the samples lies. */
export function percentile(values: readonly number[], share: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** How far the lowest and the highest lie apart, in per cent of the median. */
export const spread = (values: readonly number[]): number =>
  Math.round(((Math.max(...values) - Math.min(...values)) / median(values)) * 100);
