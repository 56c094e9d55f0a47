import { describe, expect, it } from 'vitest';
import { KEY_STATE_RUN_MS, keysOfRun, MOST_KEYS_PER_RUN } from './key-state-pace.js';

const T = Date.parse('2026-03-01T09:00:00Z');
const keysTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('the pace at which KMS is asked about keys', () => {
  it.each([
    [0, 1],
    [1, 1],
    [200, 1],
    [201, 2],
    [999, 5],
    [10_000, 50],
    [10_001, 51],
  ])('of %i keys each is read once in %i runs, whenever they begin', (count, runs) => {
    for (const startMs of [T, T + 7 * KEY_STATE_RUN_MS + 123]) {
      const batches = keysTo(runs).map((run) => keysOfRun(keysTo(count), startMs + run * KEY_STATE_RUN_MS));
      expect(batches.flat().toSorted((one, other) => one - other)).toEqual(keysTo(count));
    }
  });

  it('is at most twenty a second at any number of keys, and reads 10,000 within ten minutes', () => {
    for (const count of [1, 200, 201, 10_000])
      for (const run of keysTo(60)) {
        const { length } = keysOfRun(keysTo(count), T + run * KEY_STATE_RUN_MS);
        expect(length / (KEY_STATE_RUN_MS / 1_000)).toBeLessThanOrEqual(20);
      }
    expect((10_000 / MOST_KEYS_PER_RUN) * KEY_STATE_RUN_MS).toBeLessThanOrEqual(600_000);
  });
});
