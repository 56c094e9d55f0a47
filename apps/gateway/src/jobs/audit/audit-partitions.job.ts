/**
 * Keeps the monthly partitions of the audit trail. A month that has none of its own loses nothing: its records go to
 * the default partition. But there they can be neither archived nor searched quickly, so a month that is about to
 * begin without one is an alarm.
 */
import type { Partitions } from '../../adapters/audit/write/partitions.js';

export interface AuditPartitionsDeps {
  readonly partitions: Partitions;
  /** Months in a row, the current one included, that have a partition. */
  readonly onMonthsAhead: (months: number) => void;
  readonly signal?: AbortSignal;
  readonly log: {
    info(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** This month and the next. */
const FEWEST_MONTHS = 2;
/** A month of ten million records takes 5,000 steps; whatever is left is done by the next run. */
const MOST_STEPS = 10_000;

/** @throws if they could not be made; how many months have one is reported all the same */
export async function run({ partitions, onMonthsAhead, signal, log }: AuditPartitionsDeps): Promise<void> {
  let failure: Error | null = null;
  try {
    for (let step = 1; step <= MOST_STEPS && signal?.aborted !== true; step += 1) {
      const done = await partitions.keep();
      if (done === 'moved')
        log.info({ steps: step }, 'audit records moved into the partition of their month');
      if (done === 'complete' || done === 'busy') break;
    }
  } catch (error) {
    log.error({ err: error }, 'the partitions of the audit trail could not be made');
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const months = await partitions.ahead();
  onMonthsAhead(months);
  if (months < FEWEST_MONTHS)
    log.error({ months }, 'the audit trail has no partition for the month that begins next');
  if (failure !== null) throw failure;
}
