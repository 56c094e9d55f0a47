/** Waits for an event instead of for a fixed time. */
import { setTimeout as delay } from 'node:timers/promises';
import { watchMachine } from './servers/machine.ts';

/**
 * Polls until the condition holds.
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
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline + Math.min(withinMs, lateMs()))
      throw new Error(`not within ${String(withinMs)} ms: ${description}`);
    await delay(10);
  }
}

/** Waits until a gateway says that it is ready to serve. */
export const untilReady = ({ status }: { readonly status: string }, withinMs?: number): Promise<void> =>
  until('it is ready', async () => (await fetch(`${status}/ready`)).ok, withinMs);
