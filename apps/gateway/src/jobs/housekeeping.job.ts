/** Removes rows that have ended, slice by slice, until none is left. */
export interface HousekeepingDeps {
  /** Removes a slice of each kind. @returns how many rows of each */
  readonly removeSlice: () => Promise<Readonly<Record<string, number>>>;
  readonly log: { info(fields: object, message: string): void };
  readonly signal: AbortSignal;
}

/** A year's standstill is caught up in a few runs. */
const MOST_SLICES = 500;

export async function run({ removeSlice, log, signal }: HousekeepingDeps): Promise<void> {
  const removed: Record<string, number> = {};
  for (let slice = 0; slice < MOST_SLICES && !signal.aborted; slice += 1) {
    const counts = Object.entries(await removeSlice()).filter(([, count]) => count > 0);
    if (counts.length === 0) break;
    for (const [kind, count] of counts) removed[kind] = (removed[kind] ?? 0) + count;
  }
  if (Object.keys(removed).length > 0) log.info({ removed }, 'rows that had ended were removed');
}
