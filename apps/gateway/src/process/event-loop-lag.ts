/** How late this thread's event loop is, by a timer that should fire every 100 ms (fault F24). */
export interface EventLoopLag {
  /** The delay of the newest tick, or of the one that is overdue; ms. */
  lagMs(): number;
  stop(): void;
}

const TICK_MS = 100;

export function watchEventLoop(monotonicNow: () => number): EventLoopLag {
  let dueMs = monotonicNow() + TICK_MS;
  let newestMs = 0;
  const timer = setInterval(() => {
    const nowMs = monotonicNow();
    newestMs = Math.max(0, nowMs - dueMs);
    dueMs = nowMs + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    lagMs: () => Math.max(newestMs, monotonicNow() - dueMs),
    stop: () => {
      clearInterval(timer);
    },
  };
}
