/**
 * Asks NHS England about applications whose last probe is old. The hours between two probes of an application spread the
 * work: ten thousand applications are less than thirty in a minute.
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

export async function run({ claim, ask, store, log, signal }: ProbesDeps): Promise<void> {
  while (!signal.aborted) {
    const due = await claim(AT_ONCE);
    if (due.length === 0) return;
    const rows: ProbeRow[] = [];
    await Promise.all(
      due.map(async (probe) => {
        const { applicationId } = probe;
        try {
          rows.push({ applicationId, checkedBy: 'schedule', ...(await ask(probe)) });
        } catch (error) {
          // The trail did not take the record. It is due again after the usual time.
          log.warn({ err: error }, 'a probe could not be recorded');
        }
      }),
    );
    await store(rows);
  }
}
