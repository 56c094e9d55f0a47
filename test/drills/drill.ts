/** What a drill gets, and what it hands back: times for the guide, and promises that held or were broken. */

/** The drills by their names, each of which has its file NAME.drill.ts. */
export const DRILLS = ['restore', 'rolling', 'rollback', 'migration', 'zone', 'failover'] as const;

export interface Drill {
  readonly title: string;
  run(run: DrillRun): Promise<void>;
}

export interface DrillRun {
  /** Says what is being done now. */
  step(text: string): void;
  /** A line of the table at the end, with a time in ms, or with a count or other words. */
  time(what: string, ms: number): void;
  note(what: string, value: string | number): void;
  /** @param faults what breaks the promise; none: it holds */
  promise(what: string, faults: readonly string[]): void;
  /** Registers how to stop something that the drill has started. The last that was started is stopped first. */
  later(stop: () => Promise<unknown>): void;
}

/** The promise is broken, in the words given, unless the condition holds. */
export const unless = (holds: boolean, fault: string): string[] => (holds ? [] : [fault]);

/** Measures how long some work takes. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedMs };
}
