/** Runs a job again and again, never twice at a time, and waits for the one under way when stopped. */
export interface Scheduled {
  stop(): Promise<void>;
}

/** The job must handle its own errors; one that throws is run again all the same. */
export function every(milliseconds: number, job: () => Promise<void>): Scheduled {
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= job()
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
  }, milliseconds);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
