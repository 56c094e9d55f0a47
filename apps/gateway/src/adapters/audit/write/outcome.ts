/** Outcomes that the audit trail writes on its own account. */
import type { IntentEvent, OutcomeEvent } from '@gatehouse/domain/audit/audit';

interface Attempt {
  readonly startedAtMs: number;
  readonly requestId: string;
  readonly attemptId: string;
}

/** OUTCOME UNKNOWN: nothing is known about the attempt except its ids. */
export function blankOutcome(attempt: Attempt, atMs: number): OutcomeEvent {
  const { startedAtMs, requestId, attemptId } = attempt;
  return {
    kind: 'OUTCOME',
    outcome: 'UNKNOWN',
    startedAtMs,
    atMs,
    requestId,
    attemptId,
    upstreamStatus: null,
    status: null,
    code: null,
    upstreamRequestId: null,
    diagnosis: null,
    responseBytes: null,
    responseSha256: null,
    durationMs: Math.max(0, atMs - startedAtMs),
    upstreamDurationMs: null,
    sentHeaders: null,
    receivedHeaders: null,
  };
}

/** For an INTENT that was committed after it had been rejected: its caller sent nothing. */
export function notSent(intent: IntentEvent, atMs: number): OutcomeEvent {
  return { ...blankOutcome(intent, atMs), outcome: 'NOT_SENT' };
}
