import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchEventLoop } from './event-loop-lag.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is the delay of the latest tick, or of the tick that is due', () => {
  let blockedMs = 0;
  const loop = watchEventLoop(() => Date.now() + blockedMs);
  vi.advanceTimersByTime(1_000);
  expect(loop.lagMs()).toBe(0);

  // Blocked: time passes, and the timer does not fire.
  blockedMs = 2_000;
  expect(loop.lagMs()).toBe(1_900);
  vi.advanceTimersByTime(100);
  expect(loop.lagMs()).toBe(2_000);

  vi.advanceTimersByTime(100);
  expect(loop.lagMs()).toBe(0);
  loop.stop();
});
