const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** “41 ms”, and from a second on “1.2 s”. */
export const duration = (ms: number): string =>
  ms < 1_000 ? `${WHOLE.format(ms)} ms` : `${TENTHS.format(ms / 1_000)} s`;
