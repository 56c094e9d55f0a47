/** The records of one attempt: INTENT before a byte is sent, OUTCOME before a byte of the answer is released (law 1). */
import type { AuditOutcome, IntentEvent, OutcomeEvent, Subject } from '@gatehouse/domain/audit/audit';
import { recordedHeaders, recordedValue } from '@gatehouse/domain/audit/recorded-headers';
import { GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { CommittedIntent } from '../../adapters/audit/write/audit-log.js';
import { type Sealed, sha256Hex } from '../../adapters/audit/write/chain.js';
import type { Admitted } from '../admit.js';
import type { PlaneDeps } from '../deps.js';
import { factsOf } from '../record.js';
import type { Attempt, AttemptResult, Call, ReceivedAnswer } from './attempt.js';

/** An attempt whose INTENT is committed and whose OUTCOME is due. */
export interface AttemptRecord {
  /** Version of the registry at the commit of INTENT, and what had become of the user's session. */
  readonly committed: CommittedIntent;
  /**
   * Commits OUTCOME. Until then nothing of the answer may be released.
   * @param isRetried another attempt follows; if not, the caller gets the result of this one
   * @throws GW_DELIVERED_UNCONFIRMED for a write that e-RS has answered, GW_AUDIT_UNAVAILABLE otherwise
   */
  settle(result: AttemptResult, isRetried: boolean): Promise<void>;
}

/** Commits INTENT. @throws GW_AUDIT_UNAVAILABLE, GW_OVERLOAD */
export async function recordIntent(call: Call, attempt: Attempt): Promise<AttemptRecord> {
  const { deps, exchange, admitted } = call;
  const { binding, signingKey } = attempt.route.plan;
  const event: IntentEvent = {
    kind: 'INTENT',
    startedAtMs: attempt.startedAtMs,
    atMs: deps.clock.now(),
    requestId: exchange.requestId,
    attemptId: attempt.id,
    attemptNumber: attempt.number,
    ...factsOf(exchange, admitted.subjectSource),
    kid: attempt.token?.kid ?? signingKey?.kid ?? null,
    tokenIdHash: attempt.token?.idHash ?? null,
    requestBytes: exchange.requestBytes,
    requestSha256: admitted.bodySha256,
    remoteAddress: exchange.remoteAddress,
  };
  const subjects = await seal(deps, binding.odsCode, attempt.id, admitted.subjects);
  deps.killPoint('before-intent');
  const committed = await deps.audit.intent(event, subjects, exchange.userSession ?? undefined);
  deps.killPoint('after-intent-commit');
  exchange.attempts = attempt.number;
  exchange.attemptId = attempt.id;
  return { committed, settle: (result, isRetried) => commitOutcome(call, attempt, result, isRetried) };
}

async function commitOutcome(
  call: Call,
  attempt: Attempt,
  result: AttemptResult,
  isRetried: boolean,
): Promise<void> {
  const { deps, exchange, admitted } = call;
  const released = isRetried || result.refusal !== null ? null : result.received;
  const event: OutcomeEvent = {
    ...outcomeEvent(call, attempt, result),
    requestSha256: admitted.upload?.sha256() ?? null,
    status: released?.status ?? null,
    code: isRetried ? null : (result.refusal?.code ?? null),
    responseBytes: released?.body ? released.body.length : null,
    responseSha256: released?.body ? sha256Hex(released.body) : null,
  };
  exchange.outcome = result.outcome;
  exchange.upstreamStatus = result.upstreamStatus;
  exchange.diagnosis = result.diagnosis;
  try {
    const subjects = released === null ? [] : await sealAnswer(call, attempt, released);
    deps.killPoint('before-outcome');
    await deps.audit.outcome(event, subjects);
    exchange.recordedCode = event.code;
  } catch (cause) {
    result.received?.discard();
    const refusal = unrecordedRefusal(result, admitted, cause);
    deps.audit.withhold(isUnreadable(cause) ? { ...event, code: refusal.code } : event);
    if (result.upstreamStatus !== null) exchange.outcome = 'WITHHELD';
    exchange.recordedCode = refusal.code;
    throw refusal;
  }
  deps.killPoint('after-outcome-before-first-byte');
}

/** What OUTCOME says of the attempt, whether or not its answer is released. */
function outcomeEvent({ deps, exchange }: Call, attempt: Attempt, result: AttemptResult) {
  const { outcome, upstreamStatus, diagnosis, received } = result;
  const token = attempt.token?.value ?? null;
  const requestId = headerValue(received?.headers ?? [], 'x-request-id');
  const endedMs = deps.clock.monotonicNow();
  return {
    kind: 'OUTCOME',
    startedAtMs: attempt.startedAtMs,
    atMs: deps.clock.now(),
    requestId: exchange.requestId,
    attemptId: attempt.id,
    outcome,
    upstreamStatus,
    upstreamRequestId: requestId === undefined ? null : recordedValue(requestId, token),
    diagnosis,
    durationMs: Math.round(endedMs - exchange.startedMs),
    upstreamDurationMs: isSent(attempt, outcome) ? Math.round(endedMs - attempt.sentMs) : null,
    sentHeaders: outcome === 'NOT_SENT' ? null : recordedHeaders(Object.entries(attempt.headers), token),
    receivedHeaders: received === null ? null : recordedHeaders(received.headers, token),
  } as const;
}

/** A call that was handed to its connection may be given up before its first byte is sent. */
function isSent(attempt: Attempt, outcome: AuditOutcome): attempt is Attempt & { readonly sentMs: number } {
  return attempt.sentMs !== null && outcome !== 'NOT_SENT';
}

/** What the caller gets if OUTCOME could not be recorded. */
function unrecordedRefusal(result: AttemptResult, admitted: Admitted, cause: unknown): GatewayError {
  if (!admitted.matched.operation.readOnly) {
    if (result.upstreamStatus !== null)
      return new GatewayError('GW_DELIVERED_UNCONFIRMED', { cause, delivery: 'sent' });
    if (result.outcome === 'UNKNOWN')
      return new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  }
  return cause instanceof GatewayError ? cause : new GatewayError('GW_AUDIT_UNAVAILABLE', { cause });
}

/** @throws GW_AUDIT_UNAVAILABLE if the identifiers can't be sealed: they are part of the record */
async function seal(
  deps: PlaneDeps,
  odsCode: string,
  attemptId: string,
  subjects: readonly Subject[],
): Promise<Sealed> {
  if (subjects.length === 0) return [];
  try {
    return await deps.sealSubjects(odsCode, attemptId, subjects);
  } catch (cause) {
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'subjects could not be sealed', cause });
  }
}

/**
 * A worklist names its patients only in the answer. It is read and sealed off the event loop (law 11).
 * @throws GW_AUDIT_UNAVAILABLE, GW_UPSTREAM_PROTOCOL if the answer is not JSON
 */
async function sealAnswer(
  { deps, admitted }: Call,
  attempt: Attempt,
  { status, body }: ReceivedAnswer,
): Promise<Sealed> {
  if (admitted.matched.operation.subject.from !== 'worklist answer' || !body || status >= 400) return [];
  const { odsCode } = attempt.route.plan.binding;
  let sealed: Sealed | null;
  try {
    sealed = await deps.sealWorklist(odsCode, attempt.id, body);
  } catch (cause) {
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'a worklist could not be sealed', cause });
  }
  if (sealed === null) throw new GatewayError('GW_UPSTREAM_PROTOCOL', { detail: 'a worklist is not JSON' });
  return sealed;
}

function isUnreadable(cause: unknown): boolean {
  return cause instanceof GatewayError && cause.code === 'GW_UPSTREAM_PROTOCOL';
}
