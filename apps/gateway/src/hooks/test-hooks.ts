/**
 * The test build's hooks, driven over the process's IPC channel:
 * `{ clockOffsetMs }` moves the clock, `{ killAt, after }` dies by SIGKILL at the named point when it has been
 * passed `after` more times, `{ blockMs }` keeps the event loop busy for so long, `{ failAdmin }` throws on the thread of
 * the admin listener, where nothing catches it. Only reachable with `node --conditions=gatehouse-test`.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { KillPoint } from './hooks.js';

const LOOK_MS = 50;
const CLOCK = 'gatehouse-test-clock';
/** Shared by all threads, so that the clock moves in all of them at once. */
const shared = (getEnvironmentData(CLOCK) as SharedArrayBuffer | undefined) ?? new SharedArrayBuffer(16);
setEnvironmentData(CLOCK, shared);
const offsetMs = new Float64Array(shared, 0, 1);
const adminFailures = new Int32Array(shared, 8, 1);
let killAt: KillPoint | null = null;
let passes = 0;

interface Instruction {
  clockOffsetMs?: number;
  killAt?: KillPoint | null;
  after?: number;
  blockMs?: number;
  failAdmin?: boolean;
}

process.on('message', (message: Instruction) => {
  if (message.clockOffsetMs !== undefined) offsetMs[0] = message.clockOffsetMs;
  if (message.killAt !== undefined) {
    killAt = message.killAt;
    passes = message.after ?? 0;
  }
  if (message.failAdmin === true) Atomics.store(adminFailures, 0, 1);
  process.send?.({ acknowledged: true });
  if (message.blockMs !== undefined) block(message.blockMs);
});

/** Only the main thread hears of messages, so the others look. */
if (!isMainThread) {
  setInterval(() => {
    if (Atomics.exchange(adminFailures, 0, 0) === 1) throw new Error('the admin listener was made to fail');
  }, LOOK_MS).unref();
}

function block(milliseconds: number): void {
  const untilMs = performance.now() + milliseconds;
  while (performance.now() < untilMs);
}

export function now(): number {
  return Date.now() + (offsetMs[0] ?? 0);
}

export function killPoint(name: KillPoint): void {
  if (name !== killAt) return;
  if (passes === 0) process.kill(process.pid, 'SIGKILL');
  passes -= 1;
}
