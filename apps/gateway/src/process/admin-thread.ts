/**
 * Runs the admin listener on a thread of its own, so that neither a registry file of 16 MiB nor an export can hold up
 * the data plane (law 11, ADR 30). A thread that fails, or needs more memory than it may have, is started again on the
 * same port; the rest of the process goes on.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Log } from './log.js';

export interface AdminThreadData {
  /** The port that an earlier thread had taken. */
  readonly port: number | null;
}

export interface AdminThreadReady {
  readonly address: string;
  readonly port: number;
}

export interface AdminThread extends AdminThreadReady {
  /** How often it had to be started again. */
  readonly restarts: () => number;
  /** False from the moment it fails until it has been started again. */
  readonly isListening: () => boolean;
  /** Waits for the answers that are under way, at most so long. */
  close(withinMs: number): Promise<void>;
}

const HEAP_MB = 1_024;
const RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 60_000;
/** For what is left to do once the last answer is out. */
const CLOSE_MS = 10_000;

/** Rejects if the thread does not get as far as listening. */
export async function startAdminThread(log: Log): Promise<AdminThread> {
  const closing = new AbortController();
  let restarts = 0;
  let isListening = true;
  let { worker, ready } = await startWorker(null);

  async function keepRunning(): Promise<void> {
    for (;;) {
      const reason = await endOf(worker);
      isListening = false;
      if (closing.signal.aborted) return;
      log.fatal({ err: reason }, 'the admin listener failed and is started again; partners are still served');
      restarts += 1;
      await startAgain();
    }
  }

  async function startAgain(): Promise<void> {
    for (let waitMs = RESTART_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_RESTART_MS)) {
      await pause(waitMs, undefined, closing).catch(() => undefined);
      if (closing.signal.aborted) return;
      try {
        ({ worker, ready } = await startWorker(ready.port));
        isListening = true;
        return;
      } catch (error) {
        log.error({ err: error }, 'the admin listener could not be started');
      }
    }
  }

  const ended = keepRunning();
  return {
    ...ready,
    restarts: () => restarts,
    isListening: () => isListening,
    async close(withinMs) {
      closing.abort();
      worker.postMessage('close');
      const timer = setTimeout(() => void worker.terminate(), withinMs + CLOSE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function startWorker(port: number | null): Promise<{ worker: Worker; ready: AdminThreadReady }> {
  const workerData: AdminThreadData = { port };
  const worker = new Worker(new URL('./admin-main.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const ready = once(worker, 'message') as Promise<[AdminThreadReady]>;
  const failed = once(worker, 'exit').then(() => Promise.reject(new Error('it ended before it listened')));
  const [message] = await Promise.race([ready, failed]);
  return { worker, ready: message };
}

/** Resolves when the thread has ended, with what it threw. */
async function endOf(worker: Worker): Promise<Error | undefined> {
  let reason: Error | undefined;
  worker.once('error', (error: Error) => {
    reason = error;
  });
  await once(worker, 'exit').catch(() => undefined);
  return reason;
}
