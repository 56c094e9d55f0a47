/** What is written about a request as a whole: its DENIED record, its facts, metrics and one line in the log. */
import type { Hash } from 'node:crypto';
import type { DeniedEvent, EndEvent, RequestFacts } from '@gatehouse/domain/audit/audit';
import { GatewayError } from '@gatehouse/domain/errors';
import { hashNumbersIn } from '@gatehouse/domain/input/correlation-id';
import type { ReleasableAnswer } from './attempt/attempt.js';
import type { PlaneDeps } from './deps.js';
import { enter, type Exchange } from './exchange.js';

/**
 * Commits DENIED, unless the OUTCOME of an attempt already records the refusal.
 * @returns what the caller gets: the refusal, or GW_AUDIT_UNAVAILABLE if it could not be recorded
 */
export async function recordDenied(
  deps: PlaneDeps,
  exchange: Exchange,
  refusal: GatewayError,
): Promise<GatewayError> {
  exchange.code = refusal.code;
  exchange.status = refusal.status;
  exchange.failure = refusal;
  exchange.diagnosis ??= refusal.options.diagnosis ?? null;
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
    diagnosis: refusal.options.diagnosis,
    remoteAddress: exchange.remoteAddress,
    durationMs: Math.round(deps.clock.monotonicNow() - exchange.startedMs),
    explanation: exchange.explanation,
  };
  try {
    if (!deps.audit.available())
      throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'the audit trail takes no writes' });
    await deps.audit.denied(event);
    return refusal;
  } catch (cause) {
    deps.audit.countRefused();
    // After an attempt the refusal stands: the caller must learn what became of a write.
    if (exchange.attempts > 0) return refusal;
    exchange.code = 'GW_AUDIT_UNAVAILABLE';
    const unavailable = new GatewayError('GW_AUDIT_UNAVAILABLE', { cause });
    exchange.failure = unavailable;
    exchange.status = unavailable.status;
    return unavailable;
  }
}

/**
 * Writes one line to the log for each request, without patient identifiers, URLs or secrets. A failure of Gatehouse or
 * e-RS comes with its detail, from a fixed vocabulary, and with the names, codes and places of its causes. A failure
 * that would have broken a law is logged as an alarm.
 */
export function recordLine(deps: PlaneDeps, exchange: Exchange): void {
  enter(exchange, 'ended', deps.clock);
  deps.observe(exchange);
  if (exchange.trace !== null) deps.tracing?.end(exchange, exchange.trace);
  const { failure } = exchange;
  const failed = exchange.status === null || exchange.status >= 500;
  const fields = {
    requestId: exchange.requestId,
    correlationId: exchange.recordedCorrelationId,
    traceId: exchange.trace?.traceId,
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
    detail: failed ? detailOf(failure) : undefined,
    err: failed ? failure?.options.cause : undefined,
  };
  if (failure?.options.law !== undefined)
    deps.log.fatal({ ...fields, law: failure.options.law }, 'a law of the data plane would have been broken');
  else if (failed) deps.log.warn(fields, 'request');
  else deps.log.info(fields, 'request');
}

/** The detail of a failure, or of the nearest of its causes that has one. */
function detailOf(error: unknown): string | undefined {
  if (!(error instanceof GatewayError)) return undefined;
  return error.options.detail ?? detailOf(error.options.cause);
}

/** The facts about a request that its INTENT, DENIED and EXPLANATION repeat. */
export function factsOf(exchange: Exchange, subjectSource: string | null): RequestFacts {
  const { client, binding, matched, userSession } = exchange;
  const application = binding?.application;
  const operation = matched?.operation;
  // A probe is decided as if a client called, and none does.
  const caller = exchange.actor === null ? client : null;
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
    clientId: caller?.id ?? null,
    clientName: caller?.name ?? null,
    keyId: exchange.keyId,
    interaction: operation?.interaction ?? null,
    operationId: operation?.operationId ?? null,
    method: operation?.method ?? null,
    correlationId: exchange.recordedCorrelationId,
    businessFunction: exchange.actingAs?.businessFunction ?? null,
    onBehalfOfUserId: exchange.actingAs?.onBehalfOfUserId ?? null,
    userId: userSession?.userId ?? null,
    userSessionId: userSession?.id ?? null,
    aal: userSession?.authenticationLevel ?? null,
    ial: userSession?.identityLevel ?? null,
    authTimeMs: userSession?.authenticatedAtMs ?? null,
    noUser: exchange.noUser,
    registryVersion: exchange.registryVersion,
    steps: exchange.steps,
    subjectSource,
    asked: exchange.choices,
    ...(exchange.trace === null ? {} : { traceId: exchange.trace.traceId }),
    ...(exchange.actor === null ? {} : { ...exchange.actor, probe: true }),
  };
}

/** Anything unforeseen is GW_INTERNAL; only the log says what it was. */
export function asGatewayError(deps: PlaneDeps, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  deps.log.error({ err: error }, 'unforeseen error in the data plane');
  return new GatewayError('GW_INTERNAL', { cause: error });
}

/** The END of a streamed answer. @param hash of the bytes that were read; it is used up */
export function endOf(
  { clock }: PlaneDeps,
  exchange: Exchange,
  { attempt }: ReleasableAnswer,
  delivery: EndEvent['delivery'],
  hash: Hash,
): EndEvent {
  return {
    kind: 'END',
    startedAtMs: attempt.startedAtMs,
    atMs: clock.now(),
    requestId: exchange.requestId,
    attemptId: attempt.id,
    delivery,
    responseBytes: exchange.responseBytes,
    responseSha256: hash.digest('hex'),
    durationMs: Math.round(clock.monotonicNow() - exchange.startedMs),
  };
}

/**
 * Replaces digits in the caller's correlation id that may be a patient's number, for everything that is recorded.
 * @throws GW_AUDIT_UNAVAILABLE if they can't be hashed now
 */
export async function hideNumbers(deps: PlaneDeps, exchange: Exchange): Promise<void> {
  try {
    exchange.recordedCorrelationId = await hashNumbersIn(exchange.correlationId, deps.hashDigits);
  } catch (cause) {
    throw new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'a correlation id could not be hashed', cause });
  }
}
