import { describe, expect, it } from 'vitest';
import { retryPauseMs, type RetryReason } from './retry.js';

/** The pauses before each further attempt, until none may follow. */
function pausesOf(reason: RetryReason, readOnly: boolean, retryAfter: string | null = null): number[] {
  const pauses: number[] = [];
  for (;;) {
    const pauseMs = retryPauseMs(reason, pauses.length, readOnly, retryAfter);
    if (pauseMs === null) return pauses;
    pauses.push(pauseMs);
  }
}

describe('the attempts that may follow', () => {
  it.each<[RetryReason, readOnly: boolean, pausesMs: readonly number[]]>([
    ['passing fault', true, [100, 400]],
    ['throttled', true, [1_000, 2_000, 4_000]],
    ['token rejected', true, [0, 0]],
    ['decision changed', true, [0, 0, 0, 0, 0]],
    ['passing fault', false, []],
    ['throttled', false, []],
    ['token rejected', false, []],
    ['decision changed', false, [0, 0, 0, 0, 0]],
  ])('%s, read-only %s: after %j ms', (reason, readOnly, pausesMs) => {
    expect(pausesOf(reason, readOnly)).toEqual(pausesMs);
  });

  it('a throttled read waits as long as e-RS asks, within reason', () => {
    expect(pausesOf('throttled', true, '3')).toEqual([3_000, 3_000, 4_000]);
    expect(pausesOf('throttled', true, '86400')).toEqual([]);
  });
});
