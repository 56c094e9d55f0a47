/** Waits for an event instead of for a fixed time. */
import { setTimeout as delay } from 'node:timers/promises';
import { watchMachine } from './servers/machine.ts';

/** A condition that asks a server costs processor time, so that it is looked at less often the longer it takes. */
const LOOK_MS = { first: 10, most: 200 } as const;

/**
 * Polls until the condition holds, and once more at the end of the time.
 * @param description what the test waits for, for the error message
 * @throws if it does not hold within `withinMs`, or as much longer as the machine kept this process waiting (twice as
 *   long at most)
 */
export async function until(
  description: string,
  condition: () => Promise<boolean> | boolean,
  withinMs = 15_000,
): Promise<void> {
  const lateMs = watchMachine();
  const startedMs = performance.now();
  while (!(await condition())) {
    const waitedMs = performance.now() - startedMs;
    const leftMs = withinMs + Math.min(withinMs, lateMs()) - waitedMs;
    if (leftMs < 0) throw new Error(`not within ${String(withinMs)} ms: ${description}`);
    const pauseMs = Math.min(LOOK_MS.most, Math.max(LOOK_MS.first, waitedMs / 10));
    await delay(Math.min(pauseMs, Math.ceil(leftMs)));
  }
}

/**
 * On a busy machine a wait may run out, or a connection break. Such a test is tried once more, and `npm test` lists what
 * passed only then. A wrong value fails at once.
 */
export const ONCE_MORE_AFTER_A_WAIT = {
  count: 1,
  condition: /timed out in|not within \d+ ms|EPIPE|ECONNRESET|socket hang up/,
};

/** Waits until a gateway says that it is ready to serve. */
export const untilReady = ({ status }: { readonly status: string }, withinMs?: number): Promise<void> =>
  until('it is ready', async () => (await fetch(`${status}/ready`)).ok, withinMs);
