/** Processor time, which says what a request costs whatever else the machine does. Linux only; elsewhere it is 0. */
import { readdirSync, readFileSync } from 'node:fs';

/** Starts to count. @returns microseconds so far, of all threads of these processes */
export function watchCpu(pids: () => readonly number[]): () => number {
  const before = new Map(pids().map((pid) => [pid, cpuUs(pid)]));
  return () => pids().reduce((sum, pid) => sum + cpuUs(pid) - (before.get(pid) ?? 0), 0);
}

/** The direct children of a process, such as the backends of PostgreSQL. */
export function childrenOf(parent: number): number[] {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  } catch {
    return [];
  }
}

/** The parent of a process; 0 where the system doesn't say. */
export function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0;
  }
}

/** Mebibytes of memory that a process uses now. */
export function memoryMib(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return 0;
  }
}

/** The first figure of a schedstat is the time on a core, in nanoseconds. */
function cpuUs(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce(
      (sum, thread) =>
        sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1_000,
      0,
    );
  } catch {
    return 0;
  }
}
