/** The stages of a request in words, and the bars that show where its time went. */
import type { AnswerOf } from '@gatehouse/contracts/routes';

export type Stage = AnswerOf<'auditStory'>['timeline'][number];

const STAGES: Readonly<Record<Stage['stage'], string>> = {
  checked: 'Checked and allowed',
  'around e-RS': 'In Gatehouse, before and after the call to e-RS',
  'in e-RS': 'Answered by e-RS',
  delivered: 'Rest of the answer passed on',
  rejected: 'Checked and rejected',
};

export interface StageRow {
  readonly name: string;
  readonly afterMs: number;
  readonly tookMs: number | null;
  /** Where its bar begins and how wide it is, in percent of the whole; null: it has not ended. */
  readonly bar: { readonly left: number; readonly width: number } | null;
}

/** Rows of the table of stages. The number of the attempt is said where there were several. */
export function stageRows(timeline: readonly Stage[]): StageRow[] {
  const wholeMs = Math.max(1, ...timeline.map(({ afterMs, tookMs }) => afterMs + (tookMs ?? 0)));
  const severalAttempts = timeline.some(({ attemptNumber }) => (attemptNumber ?? 1) > 1);
  const percent = (ms: number): number => (100 * ms) / wholeMs;
  return timeline.map(({ attemptNumber, stage, afterMs, tookMs }) => ({
    name:
      severalAttempts && attemptNumber !== null
        ? `Attempt ${attemptNumber}: ${STAGES[stage].charAt(0).toLowerCase()}${STAGES[stage].slice(1)}`
        : STAGES[stage],
    ...{ afterMs, tookMs },
    bar: tookMs === null ? null : { left: percent(afterMs), width: percent(tookMs) },
  }));
}
