/** The headroom of the applications for which this process sends, as one number. */

const MINUTE_MS = 60_000;

export interface LeastLeft {
  /** @param share of the calls of a minute that an application has left, from 0 to 1 */
  readonly note: (share: number) => void;
  /** The least of this minute and of the one before, so that none is missed between two looks; 1 if there was none. */
  readonly read: () => number;
}

/** @param monotonicNow ms */
export function createLeastLeft(monotonicNow: () => number): LeastLeft {
  let minute = 0;
  let least = 1;
  let leastBefore = 1;
  const turn = (): void => {
    const current = Math.floor(monotonicNow() / MINUTE_MS);
    if (current === minute) return;
    leastBefore = current === minute + 1 ? least : 1;
    least = 1;
    minute = current;
  };
  return {
    note(share) {
      turn();
      least = Math.min(least, share);
    },
    read() {
      turn();
      return Math.min(least, leastBefore);
    },
  };
}
