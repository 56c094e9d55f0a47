/** Outcomes the audit trail writes by itself, for attempts whose caller has no more to say. */
import type { IntentEvent, OutcomeEvent } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { isDuplicate } from './store.js';

interface Attempt {
  readonly startedAtMs: number;
  readonly requestId: string;
  readonly attemptId: string;
}

/** UNKNOWN: nothing is known but whose outcome it is. */
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

/** The INTENT was committed; its caller had been told that it was not, and so sent nothing. */
export function notSent(intent: IntentEvent, atMs: number): OutcomeEvent {
  return { ...blankOutcome(intent, atMs), outcome: 'NOT_SENT' };
}

/** True when `outcome` was rejected because the attempt has one: a sweeper spoke first and its word stands. */
export function hasOutcomeAlready(error: unknown): boolean {
  return error instanceof GatewayError && isDuplicate(error.options.cause);
}
