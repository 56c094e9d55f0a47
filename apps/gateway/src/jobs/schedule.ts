/** Runs a job again and again, never twice at a time, and waits for the one under way when stopped. */
export interface Scheduled {
  stop(): Promise<void>;
}

/** The job must handle its own errors; one that throws is run again all the same. */
export function every(milliseconds: number, job: () => Promise<void>): Scheduled {
  return schedule(milliseconds, job).scheduled;
}

/** As `every`, with the first run now. */
export function atOnceAndEvery(milliseconds: number, job: () => Promise<void>): Scheduled {
  const { scheduled, runNow } = schedule(milliseconds, job);
  runNow();
  return scheduled;
}

function schedule(
  milliseconds: number,
  job: () => Promise<void>,
): { readonly scheduled: Scheduled; readonly runNow: () => void } {
  let running: Promise<void> | null = null;
  const runNow = (): void => {
    running ??= job()
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
  };
  const timer = setInterval(runNow, milliseconds);
  timer.unref();
  const scheduled = {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
  return { scheduled, runNow };
}
