/** A busy machine must not fail a test: what it withheld from a process is no fault of the process. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Starts to measure how long this process, and those named, are ready to run while no core is free.
 * @param pids a process is measured as long as it lives
 * @returns milliseconds so far, of all their threads; 0 where the system doesn't say, as outside Linux
 */
export function watchMachine(...pids: readonly (number | undefined)[]): () => number {
  const watched = [process.pid, ...pids.filter((pid) => pid !== undefined)];
  const before = watched.map(waitedForCoreMs);
  return () =>
    watched.reduce((sum, pid, at) => sum + Math.max(0, waitedForCoreMs(pid) - (before[at] ?? 0)), 0);
}

/** Milliseconds since its start that the threads of a process were ready to run while no core was free. */
export function waitedForCoreMs(pid: number): number {
  try {
    const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1]),
    );
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1e6;
  } catch {
    return 0;
  }
}
