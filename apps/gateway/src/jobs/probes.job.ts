/**
 * Asks NHS England about applications whose last probe is old. The hours between two probes of an application spread the
 * work: ten thousand applications are less than thirty in a minute. One whose result could not be recorded is due again
 * within minutes.
 */
import type { DueProbe, ProbeRow } from '../adapters/probes/probe-results.js';

export interface ProbesDeps {
  /** Takes on some that are due. */
  readonly claim: (most: number) => Promise<DueProbe[]>;
  readonly ask: (due: DueProbe) => Promise<Omit<ProbeRow, 'applicationId' | 'checkedBy'>>;
  readonly store: (rows: readonly ProbeRow[]) => Promise<void>;
  readonly log: { warn(fields: object, message: string): void };
  readonly signal: AbortSignal;
}

/** Results that are stored together, so that many failures of one cause are seen as one. */
const AT_ONCE = 20;

/** @throws if results could not be recorded, after those that could be are stored */
export async function run({ claim, ask, store, log, signal }: ProbesDeps): Promise<void> {
  while (!signal.aborted) {
    const due = await claim(AT_ONCE);
    if (due.length === 0) return;
    const rows: ProbeRow[] = [];
    const failures: unknown[] = [];
    await Promise.all(
      due.map(async (probe) => {
        const { applicationId } = probe;
        try {
          rows.push({ applicationId, checkedBy: 'schedule', ...(await ask(probe)) });
        } catch (error) {
          // The trail did not take the record.
          log.warn({ err: error, applicationId }, 'a probe could not be recorded');
          failures.push(error);
        }
      }),
    );
    await store(rows);
    // What one has met, the others would meet as well.
    if (failures.length > 0)
      throw new Error(`${String(failures.length)} probes could not be recorded`, { cause: failures[0] });
  }
}
