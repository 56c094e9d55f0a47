/** A busy machine must not fail a test: what it withheld from a process is no fault of the process. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Starts to measure how long this process, and those named, are ready to run while no core is free.
 * @param pids a process is measured as long as it lives
 * @returns milliseconds so far, of their main threads; 0 where the system doesn't say, as outside Linux
 */
export function watchMachine(...pids: readonly (number | undefined)[]): () => number {
  const watched = [process.pid, ...pids.filter((pid) => pid !== undefined)].map((pid) => {
    const path = `/proc/${pid}/schedstat`;
    return { path, beforeMs: waitedMs(path) };
  });
  return () => watched.reduce((sum, { path, beforeMs }) => sum + Math.max(0, waitedMs(path) - beforeMs), 0);
}

/** Milliseconds since its start that all threads of a process were ready to run while no core was free. */
export function waitedSinceStartMs(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce((sum, thread) => sum + waitedMs(`/proc/${pid}/task/${thread}/schedstat`), 0);
  } catch {
    return 0;
  }
}

/** The most memory that a process has had so far, in MiB; 0 where the system doesn't say, as outside Linux. */
export function peakMemoryMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** The second figure of a schedstat is in nanoseconds. */
function waitedMs(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
