/**
 * Unpacks and reads log files on a thread of its own, so that the event loop never waits for a large one (law 11). A file
 * that needs more memory than the thread may have ends the thread, and not the process.
 */
import { Piscina } from 'piscina';
import type { LogFileJob, ReadLogFile } from './read-log-file.js';

export interface LogReader {
  read(job: LogFileJob): Promise<ReadLogFile>;
  close(): Promise<void>;
}

const HEAP_MB = 768;

/** @param worker for tests, which run sources */
export function openLogReader(worker = new URL('./log-worker.js', import.meta.url)): LogReader {
  const pool = new Piscina<LogFileJob, ReadLogFile>({
    filename: worker.href,
    minThreads: 0,
    maxThreads: 1,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    env: {},
  });
  return {
    async read(job) {
      try {
        return await pool.run(job);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'))
          throw error;
        return { fault: `it needs more than ${String(HEAP_MB)} MiB of memory` };
      }
    },
    close: () => pool.destroy(),
  };
}
