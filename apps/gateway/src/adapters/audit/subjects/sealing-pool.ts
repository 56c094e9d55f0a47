/**
 * Worker threads that seal the identifiers of large answers, so that the event loop never waits for them (law 11). An
 * organisation's key goes to a worker with each job, as a copy that the worker wipes; it is never logged, and the
 * workers see none of the process's environment.
 */
import { Piscina } from 'piscina';
import type { SealedBulk } from '../write/chain.js';
import type { SealJob } from './seal.js';

/** Seals many identifiers; null if they were to be read from a worklist that is not JSON. */
export type SealBulk = (job: SealJob) => Promise<SealedBulk | null>;

export interface SealingPool {
  readonly seal: SealBulk;
  close(): Promise<void>;
}

const MAX_THREADS = 2;
const IDLE_MS = 60_000;

export function openSealingPool(): SealingPool {
  const pool = new Piscina<SealJob, SealedBulk | null>({
    filename: new URL('./seal-worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_MS,
    env: {},
  });
  return { seal: (job) => pool.run(job), close: () => pool.destroy() };
}
