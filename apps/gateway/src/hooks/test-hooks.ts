/**
 * The test build's hooks, driven over the process's IPC channel:
 * `{ clockOffsetMs }` moves the clock, `{ killAt, after }` dies by SIGKILL at the named point when it has been
 * passed `after` more times. Only reachable with `node --conditions=gatehouse-test`.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { KillPoint } from './hooks.js';

const CLOCK = 'gatehouse-test-clock';
/** Shared by all threads, so that the clock moves in all of them at once. */
const shared = (getEnvironmentData(CLOCK) as SharedArrayBuffer | undefined) ?? new SharedArrayBuffer(8);
setEnvironmentData(CLOCK, shared);
const offsetMs = new Float64Array(shared);
let killAt: KillPoint | null = null;
let passes = 0;

interface Instruction {
  clockOffsetMs?: number;
  killAt?: KillPoint | null;
  after?: number;
}

process.on('message', (message: Instruction) => {
  if (message.clockOffsetMs !== undefined) offsetMs[0] = message.clockOffsetMs;
  if (message.killAt !== undefined) {
    killAt = message.killAt;
    passes = message.after ?? 0;
  }
  process.send?.({ acknowledged: true });
});

export function now(): number {
  return Date.now() + (offsetMs[0] ?? 0);
}

export function killPoint(name: KillPoint): void {
  if (name !== killAt) return;
  if (passes === 0) process.kill(process.pid, 'SIGKILL');
  passes -= 1;
}
