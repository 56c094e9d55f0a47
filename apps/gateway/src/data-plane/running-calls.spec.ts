import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RunningCalls, SWEEP_MS } from './running-calls.js';

let lease: AbortController;
let calls: RunningCalls;
beforeEach(() => {
  vi.useFakeTimers();
  lease = new AbortController();
  calls = new RunningCalls({ monotonicNow: () => performance.now(), leaseLost: () => lease.signal });
});
afterEach(() => {
  vi.useRealTimers();
});
const inMs = (ms: number): number => performance.now() + ms;
const nameOf = ({ reason }: AbortSignal): string => (reason as Error).name;

describe('a call', () => {
  it('ends when its time is over, a quarter of a second later at the latest', () => {
    const { signal } = calls.begin(inMs(1_000));
    vi.advanceTimersByTime(999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1 + SWEEP_MS);
    expect([signal.aborted, nameOf(signal)]).toEqual([true, 'TimeoutError']);
  });

  it('has its own time', () => {
    const [short, long] = [calls.begin(inMs(300)), calls.begin(inMs(3_000))];
    vi.advanceTimersByTime(300 + SWEEP_MS);
    expect([short.signal.aborted, long.signal.aborted]).toEqual([true, false]);
    vi.advanceTimersByTime(2_700);
    expect(long.signal.aborted).toBe(true);
  });

  it('whose time is over before it begins is ended at once', () => {
    expect(nameOf(calls.begin(inMs(0)).signal)).toBe('TimeoutError');
  });

  it('that has ended is left alone, and nothing is swept once all have', () => {
    const call = calls.begin(inMs(1_000));
    call.end();
    vi.advanceTimersByTime(5_000);
    expect(call.signal.aborted).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a lost lease', () => {
  it('ends every call at once', () => {
    const running = [calls.begin(inMs(1_000)), calls.begin(inMs(2_000))];
    const lost = new Error('the lease is lost');
    lease.abort(lost);
    expect(running.map(({ signal }) => signal.reason as unknown)).toEqual([lost, lost]);
  });

  it('lets no call begin', () => {
    lease.abort(new Error('the lease is lost'));
    expect(calls.begin(inMs(1_000)).signal.aborted).toBe(true);
  });

  it('that was regained ends the calls that began since, if it is lost again', () => {
    lease.abort(new Error('the lease is lost'));
    lease = new AbortController();
    const { signal } = calls.begin(inMs(1_000));
    expect(signal.aborted).toBe(false);
    lease.abort(new Error('the lease is lost again'));
    expect(signal.aborted).toBe(true);
  });
});
