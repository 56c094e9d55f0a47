/** What is written of a request: INTENT, OUTCOME, END and DENIED rows, metrics, and one line in the log. */
import { createHash } from 'node:crypto';
import type {
  DeniedEvent,
  IntentEvent,
  OutcomeEvent,
  RequestFacts,
  Subject,
} from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { worklistSubjects } from '@gatehouse/domain/ers/worklist';
import { hashNumbersIn } from '@gatehouse/domain/input/correlation-id';
import { headerValue } from '@gatehouse/domain/input/framing';
import { recordedHeaders, recordedValue } from '@gatehouse/domain/audit/recorded-headers';
import type { Json } from '@gatehouse/domain/input/strict-json';
import type { SealedSubject } from '../adapters/audit/write/chain.js';
import type { Admitted } from './admit.js';
import type { Attempt, Call, ReceivedAnswer, Settlement } from './attempt/attempt.js';
import type { PlaneDeps } from './deps.js';
import { type Exchange, lap } from './exchange.js';

/** The record of an attempt that has its INTENT. It is settled once. */
export interface AttemptRecord {
  /** The registry's version as of the commit of INTENT. */
  readonly registryVersion: number;
  isSettled(): boolean;
  /**
   * Commits OUTCOME; until it has, nothing of the answer may be released.
   * @throws GW_DELIVERED_UNCONFIRMED for a write that e-RS has answered, GW_AUDIT_UNAVAILABLE otherwise
   */
  settle(settlement: Settlement): Promise<void>;
}

/**
 * Commits INTENT.
 * @throws GW_AUDIT_UNAVAILABLE, GW_OVERLOAD
 */
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
  const { registryVersion } = await deps.audit.intent(event, subjects);
  deps.killPoint('after-intent-commit');
  exchange.attempts = attempt.number;
  exchange.attemptId = attempt.id;
  let isSettled = false;
  return {
    registryVersion,
    isSettled: () => isSettled,
    async settle(settlement) {
      isSettled = true;
      await commitOutcome(call, attempt, settlement);
    },
  };
}

async function commitOutcome(call: Call, attempt: Attempt, settlement: Settlement): Promise<void> {
  const { deps, exchange, admitted } = call;
  const { received } = settlement;
  const upstreamStatus = settlement.upstreamStatus ?? null;
  const released = settlement.status !== undefined;
  const token = attempt.token?.value ?? null;
  const requestId = headerValue(received?.headers ?? [], 'x-request-id');
  const event: OutcomeEvent = {
    kind: 'OUTCOME',
    startedAtMs: attempt.startedAtMs,
    atMs: deps.clock.now(),
    requestId: exchange.requestId,
    attemptId: attempt.id,
    outcome: settlement.outcome,
    upstreamStatus,
    status: settlement.status ?? null,
    code: settlement.code,
    upstreamRequestId: requestId === undefined ? null : recordedValue(requestId, token),
    diagnosis: settlement.diagnosis ?? null,
    responseBytes: released && received?.body ? received.body.length : null,
    responseSha256: released && received?.body ? sha256(received.body) : null,
    durationMs: Math.round(deps.clock.monotonicNow() - exchange.startedMs),
    upstreamDurationMs: Math.round(deps.clock.monotonicNow() - attempt.startedMs),
    sentHeaders:
      settlement.outcome === 'NOT_SENT' ? null : recordedHeaders(Object.entries(attempt.headers), token),
    receivedHeaders: received === undefined ? null : recordedHeaders(received.headers, token),
  };
  exchange.outcome = settlement.outcome;
  exchange.upstreamStatus = upstreamStatus;
  exchange.diagnosis = event.diagnosis;
  try {
    const patients = released ? answerSubjects(admitted, received) : [];
    const subjects = await seal(deps, attempt.route.plan.binding.odsCode, attempt.id, patients);
    deps.killPoint('before-outcome');
    await deps.audit.outcome(event, subjects);
    exchange.recordedCode = settlement.code;
  } catch (cause) {
    received?.discard();
    deps.audit.withhold(event);
    if (upstreamStatus !== null) exchange.outcome = 'WITHHELD';
    const refusal = unrecorded(settlement, admitted, cause);
    exchange.recordedCode = refusal.code;
    throw refusal;
  }
  deps.killPoint('after-outcome-before-first-byte');
}

/** What the caller gets when an outcome could not be recorded. */
function unrecorded(settlement: Settlement, admitted: Admitted, cause: unknown): GatewayError {
  if (!admitted.matched.operation.readOnly) {
    const answered = (settlement.upstreamStatus ?? null) !== null;
    if (answered) return new GatewayError('GW_DELIVERED_UNCONFIRMED', { cause, delivery: 'sent' });
    if (settlement.outcome === 'UNKNOWN')
      return new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  }
  return cause instanceof GatewayError ? cause : new GatewayError('GW_AUDIT_UNAVAILABLE', { cause });
}

/**
 * Commits DENIED, unless the OUTCOME of an attempt already records the refusal.
 * @returns what the caller gets: the refusal, or the news that it could not be recorded
 */
export async function recordDenied(
  deps: PlaneDeps,
  exchange: Exchange,
  refusal: GatewayError,
): Promise<GatewayError> {
  exchange.code = refusal.code;
  exchange.status = refusal.status;
  exchange.failure = refusal;
  exchange.outcome ??= 'REFUSED';
  if (exchange.recordedCode === refusal.code) return refusal;
  const event: DeniedEvent = {
    kind: 'DENIED',
    outcome: 'REFUSED',
    startedAtMs: exchange.startedAtMs,
    atMs: deps.clock.now(),
    requestId: exchange.requestId,
    attemptId: exchange.requestId,
    ...factsOf(exchange, null),
    code: refusal.code,
    status: refusal.status,
    remoteAddress: exchange.remoteAddress,
    durationMs: Math.round(deps.clock.monotonicNow() - exchange.startedMs),
    explanation: exchange.explanation,
  };
  try {
    if (!deps.audit.available()) throw new GatewayError('GW_AUDIT_UNAVAILABLE');
    await deps.audit.denied(event);
    return refusal;
  } catch (cause) {
    deps.audit.countRefused();
    // What was recorded of an attempt stands: the caller must learn what became of a write.
    if (exchange.attempts > 0) return refusal;
    exchange.code = 'GW_AUDIT_UNAVAILABLE';
    const unavailable = new GatewayError('GW_AUDIT_UNAVAILABLE', { cause });
    exchange.failure = unavailable;
    exchange.status = unavailable.status;
    return unavailable;
  }
}

/**
 * One line a request, without any identifier of a patient, URL or secret. A failure of ours or of e-RS comes with its
 * detail, from a fixed vocabulary, and with the names, codes and places of its causes. What would have broken a law is
 * an alarm of its own.
 */
export function recordLine(deps: PlaneDeps, exchange: Exchange): void {
  lap(exchange, 'record', deps.clock);
  deps.observe(exchange);
  const { failure } = exchange;
  const failed = exchange.status === null || exchange.status >= 500;
  const fields = {
    requestId: exchange.requestId,
    correlationId: exchange.recordedCorrelationId,
    attemptId: exchange.attemptId ?? undefined,
    attempts: exchange.attempts,
    client: exchange.client?.name,
    binding: exchange.binding?.id,
    odsCode: exchange.binding?.odsCode,
    interaction: exchange.matched?.operation.interaction,
    outcome: exchange.outcome,
    status: exchange.status,
    upstreamStatus: exchange.upstreamStatus ?? undefined,
    code: exchange.code ?? undefined,
    diagnosis: exchange.diagnosis ?? undefined,
    explanation: exchange.explanation || undefined,
    requestBytes: exchange.requestBytes,
    responseBytes: exchange.responseBytes,
    durationMs: Math.round(deps.clock.monotonicNow() - exchange.startedMs),
    detail: failed ? failure?.options.detail : undefined,
    err: failed ? failure?.options.cause : undefined,
  };
  if (failure?.options.law !== undefined)
    deps.log.fatal({ ...fields, law: failure.options.law }, 'a law of the data plane would have been broken');
  else if (failed) deps.log.warn(fields, 'request');
  else deps.log.info(fields, 'request');
}

export function factsOf(exchange: Exchange, subjectSource: string | null): RequestFacts {
  const { client, binding, matched } = exchange;
  const application = binding?.application;
  const operation = matched?.operation;
  return {
    environment: client?.environment ?? null,
    odsCode: binding?.odsCode ?? null,
    product: application?.product ?? null,
    accessMode: application?.accessMode ?? null,
    capability: application?.capability ?? null,
    bindingId: binding?.id ?? null,
    applicationId: application?.id ?? null,
    apimApplicationId: application?.apimApplicationId ?? null,
    asid: application?.asid ?? null,
    clientId: client?.id ?? null,
    clientName: client?.name ?? null,
    keyId: exchange.keyId,
    interaction: operation?.interaction ?? null,
    operationId: operation?.operationId ?? null,
    method: operation?.method ?? null,
    correlationId: exchange.recordedCorrelationId,
    registryVersion: exchange.registryVersion,
    steps: exchange.steps,
    subjectSource,
    asked: exchange.asked,
  };
}

/**
 * Finds the form in which the caller's correlation id is recorded.
 * @throws GW_AUDIT_UNAVAILABLE if it holds digits that can't be hashed now
 */
export async function hideNumbers(deps: PlaneDeps, exchange: Exchange): Promise<void> {
  try {
    exchange.recordedCorrelationId = await hashNumbersIn(exchange.correlationId, deps.hashDigits);
  } catch (cause) {
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'a correlation id could not be hashed', cause });
  }
}

/** @throws GW_AUDIT_UNAVAILABLE if the identifiers can't be sealed: they are part of the record */
async function seal(
  deps: PlaneDeps,
  odsCode: string,
  attemptId: string,
  subjects: readonly Subject[],
): Promise<readonly SealedSubject[]> {
  if (subjects.length === 0) return [];
  try {
    return await deps.sealSubjects(odsCode, attemptId, subjects);
  } catch (cause) {
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'subjects could not be sealed', cause });
  }
}

/** A worklist names its patients in the answer alone. */
function answerSubjects(admitted: Admitted, received: ReceivedAnswer | undefined): Subject[] {
  if (admitted.matched.operation.subject.from !== 'worklist answer' || !received?.body) return [];
  if (received.status >= 400) return [];
  return worklistSubjects(JSON.parse(received.body.toString('utf8')) as Json);
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
