import { stop as stopPostgres } from '../support/servers/postgres.ts';

type Stop = () => Promise<unknown>;
/** Registers how to stop something that the benchmark has started. */
export type Later = (stop: Stop) => void;

/** Does work, then stops what it started, the last first, however the work ended. */
export async function inScope(work: (later: Later) => Promise<void>): Promise<void> {
  const stops: Stop[] = [];
  try {
    await work((stop) => stops.unshift(stop));
  } finally {
    for (const stop of stops) await stop();
  }
}

/**
 * Runs the parts of a benchmark one after the other until one fails, then stops everything that they started, the last
 * first, and ends this process. On a signal the children end with this process.
 */
export async function benchmark(...parts: readonly ((later: Later) => Promise<void>)[]): Promise<never> {
  let failed = false;
  const attempt = async (work: Stop): Promise<void> => {
    try {
      await work();
    } catch (error) {
      console.error(error);
      failed = true;
    }
  };
  for (const part of parts) {
    const stops: Stop[] = [];
    if (!failed) await attempt(() => part((stop) => stops.unshift(stop)));
    for (const stop of stops) await attempt(stop);
  }
  await attempt(stopPostgres);
  process.exit(failed ? 1 : 0);
}
