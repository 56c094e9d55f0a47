/**
 * How far this machine's clock is from NHS England's, by the `Date` headers of its answers: the median of the last five
 * within a minute (fault F12). Token answers alone would be too rare where there are few bindings, so those of e-RS
 * count as well. Older samples are dropped, so that the next call notices a corrected clock.
 */
const MAX_SKEW_MS = 30_000;
const SAMPLES = 5;
/** One wrong header must not stop everybody. APIM itself rejects assertions of a wrong clock. */
const LEAST_SAMPLES = 3;
const SAMPLE_LIFE_MS = 60_000;

export interface ClockSkew {
  /** @param serverMs epoch ms of a `Date` header, which has whole seconds */
  sample(serverMs: number): void;
  /** The skew in ms, positive if this machine is behind; null while there are too few answers to tell. */
  measured(): number | null;
  /** The skew in ms if it is too large to sign, else null. */
  fault(): number | null;
}

export function createClockSkew(now: () => number, monotonicNow: () => number): ClockSkew {
  let samples: { readonly skewMs: number; readonly atMs: number }[] = [];
  const measured = (): number | null => {
    const recent = samples.filter(({ atMs }) => monotonicNow() - atMs < SAMPLE_LIFE_MS);
    const ordered = recent.map(({ skewMs }) => skewMs).sort((a, b) => a - b);
    const median = ordered[Math.floor(ordered.length / 2)];
    return median === undefined || ordered.length < LEAST_SAMPLES ? null : median;
  };
  return {
    sample(serverMs) {
      samples = [...samples, { skewMs: serverMs + 500 - now(), atMs: monotonicNow() }].slice(-SAMPLES);
    },
    measured,
    fault() {
      const skewMs = measured();
      return skewMs !== null && Math.abs(skewMs) > MAX_SKEW_MS ? Math.round(skewMs) : null;
    },
  };
}
