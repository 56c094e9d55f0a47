/** Where the time of a request went, by what its records say. */

/** The fields of a record that tell it; epoch ms. */
export interface TimedRecord {
  readonly kind: string;
  readonly attemptId: string;
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly attemptNumber?: number | null;
  readonly upstreamDurationMs?: number | null;
}

export type StageName = 'checked' | 'around e-RS' | 'in e-RS' | 'delivered' | 'rejected';

export interface Stage {
  /** Null: the request was rejected before there was an attempt. */
  readonly attemptNumber: number | null;
  readonly stage: StageName;
  /** Milliseconds after the request began; and how long it took. Null while the attempt is open. */
  readonly afterMs: number;
  readonly tookMs: number | null;
}

/**
 * The stages of a request in their order. What Gatehouse does between its decision and the outcome is counted together,
 * as the records don't say how much of it came before the call to e-RS and how much after.
 * @param records of one request, in the order in which they were made
 */
export function timelineOf(records: readonly TimedRecord[]): Stage[] {
  const beganMs = Math.min(...records.map(({ startedAtMs }) => startedAtMs));
  const denied = records.filter(({ kind }) => kind === 'DENIED');
  return [
    ...records
      .filter(({ kind }) => kind === 'INTENT')
      .flatMap((intent) =>
        attemptStages(
          intent,
          records.filter(({ attemptId }) => attemptId === intent.attemptId),
          beganMs,
        ),
      ),
    ...denied.map(({ startedAtMs, atMs }) => ({
      ...{ attemptNumber: null, stage: 'rejected' as const, afterMs: startedAtMs - beganMs },
      tookMs: between(startedAtMs, atMs),
    })),
  ];
}

function attemptStages(intent: TimedRecord, records: readonly TimedRecord[], beganMs: number): Stage[] {
  const atOf = (kind: string) => records.find((record) => record.kind === kind);
  const [outcome, end] = [atOf('OUTCOME'), atOf('END')];
  const attemptNumber = intent.attemptNumber ?? 1;
  const decided = intent.atMs;
  const stages: Stage[] = [
    {
      ...{ attemptNumber, stage: 'checked', afterMs: intent.startedAtMs - beganMs },
      tookMs: between(intent.startedAtMs, decided),
    },
  ];
  if (outcome === undefined)
    return [...stages, { attemptNumber, stage: 'around e-RS', afterMs: decided - beganMs, tookMs: null }];
  const upstreamMs = outcome.upstreamDurationMs ?? null;
  const aroundMs = Math.max(0, between(decided, outcome.atMs) - (upstreamMs ?? 0));
  stages.push({ attemptNumber, stage: 'around e-RS', afterMs: decided - beganMs, tookMs: aroundMs });
  if (upstreamMs !== null)
    stages.push({
      ...{ attemptNumber, stage: 'in e-RS', afterMs: decided - beganMs + aroundMs },
      tookMs: upstreamMs,
    });
  if (end !== undefined)
    stages.push({
      ...{ attemptNumber, stage: 'delivered', afterMs: outcome.atMs - beganMs },
      tookMs: between(outcome.atMs, end.atMs),
    });
  return stages;
}

/** A clock that was set back makes no time negative. */
const between = (fromMs: number, untilMs: number): number => Math.max(0, untilMs - fromMs);
