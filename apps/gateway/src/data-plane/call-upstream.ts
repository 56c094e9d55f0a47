/**
 * Calling e-RS: intent → forward → outcome, once for a write, a few times for a read (law 9). Each attempt has its own
 * UUID and its own pair of records; no byte leaves before its INTENT is committed, and none is released before its
 * OUTCOME is (law 1).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isPassingFault, judgeAnswer } from '@gatehouse/domain/apim/upstream-answer';
import { GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import { rateLimitOf, throttledPauseMs } from '@gatehouse/domain/policy/rate-limit';
import type { AccessToken } from '../adapters/nhs/apim-token.js';
import type { Departure } from '../adapters/nhs/rate-limiter.js';
import type { Admitted } from './admit.js';
import {
  type Attempt,
  AttemptFailure,
  type Call,
  type ReceivedAnswer,
  type ReleasableAnswer,
} from './attempt/attempt.js';
import { forward } from './attempt/forward.js';
import { upstreamHeaders } from './attempt/headers.js';
import { requireConfidence } from './confidence.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import { type AttemptRecord, recordIntent } from './record.js';

const READ_RETRIES = 2;
const RETRY_PAUSE_MS = [100, 400];
const THROTTLED_RETRIES = 3;
/** Two: a token that was requested before the first was rejected may have been revoked together with it. */
const NEW_TOKENS = 2;
const REDECISIONS = 5;
/** A longer wait than this between decision and departure has everything checked once more. */
const NO_WAIT_MS = 10;

/** Why another attempt follows. */
type Again = 'retry' | 'throttled' | 'new token' | 'decide again';
/** How many more attempts may follow for each reason. */
type Budget = Record<Again, number>;
interface Retry {
  readonly again: Again;
  readonly afterMs: number;
}
const atOnce = (again: Again): Retry => ({ again, afterMs: 0 });

/** @throws GatewayError, once every attempt has its OUTCOME */
export async function callUpstream(
  deps: PlaneDeps,
  exchange: Exchange,
  admitted: Admitted,
  decided: Route,
  decide: () => Route,
): Promise<ReleasableAnswer> {
  const call: Call = { deps, exchange, admitted, decide, deadline: AbortSignal.timeout(deps.totalMs) };
  const { readOnly } = admitted.matched.operation;
  const left: Budget = {
    retry: readOnly ? READ_RETRIES : 0,
    throttled: readOnly ? THROTTLED_RETRIES : 0,
    'new token': readOnly ? NEW_TOKENS : 0,
    'decide again': REDECISIONS,
  };
  let route = decided;
  for (;;) {
    const token = await tokenFor(call, route);
    // The body and the token took time, in which an owner, a key or an exception may have lapsed.
    const current = decide();
    const isSame = current.plan.identity === route.plan.identity;
    const result = isSame ? await attemptOnce(call, current, token, left) : atOnce('decide again');
    if (!('again' in result)) return result;
    if (left[result.again] === 0)
      throw new GatewayError('GW_REGISTRY_STALE', { detail: 'the registry keeps changing' });
    left[result.again] -= 1;
    if (result.afterMs > 0) await pause(result.afterMs);
    route = decide();
  }
}

/** @throws GW_AUDIT_UNAVAILABLE, GW_REGISTRY_STALE, GW_CLOCK, and what the token source refuses with */
async function tokenFor({ deps }: Call, { plan }: Route): Promise<AccessToken | null> {
  requireConfidence(deps);
  if (plan.signingKey === null) return null;
  const token = await deps.tokens.get(plan);
  if (token.bindingId !== plan.binding.id)
    throw new GatewayError('GW_INTERNAL', { detail: 'token of another binding', law: 6 });
  return token;
}

async function attemptOnce(
  call: Call,
  route: Route,
  token: AccessToken | null,
  left: Budget,
): Promise<ReleasableAnswer | Retry> {
  const { deps, exchange, admitted } = call;
  const { apiBaseUrl = '' } = deps.environments.get(route.environment) ?? {};
  const departure = reserveDeparture(deps, route);
  const seat = deps.upstream.reserve(route.plan.binding.id, apiBaseUrl);
  if (seat === null) {
    departure.giveUp();
    throw new GatewayError('GW_OVERLOAD', { detail: 'all connections of the binding are busy' });
  }
  const id = randomUUID();
  const attempt: Attempt = {
    id,
    number: exchange.attempts + 1,
    startedAtMs: deps.clock.now(),
    startedMs: deps.clock.monotonicNow(),
    route,
    token,
    seat,
    headers: upstreamHeaders(admitted, id, token?.value ?? null),
  };
  try {
    const record = await recordIntent(call, attempt);
    return await settled(call, record, async () => {
      if (await mustDecideAgain(call, attempt, record, departure)) {
        seat.release();
        return atOnce('decide again');
      }
      return send(call, attempt, record, left);
    });
  } catch (error) {
    seat.release();
    throw error;
  } finally {
    departure.giveUp();
  }
}

/** The place is taken before INTENT, so that a request which would wait too long is refused without one. */
function reserveDeparture(deps: PlaneDeps, { plan, environment }: Route): Departure {
  const { requestsPerMinute = 0 } = deps.environments.get(environment) ?? {};
  const place = deps.limiter.reserve(plan.binding.application.id, rateLimitOf(requestsPerMinute));
  if ('waitMs' in place)
    throw new GatewayError('GW_RATE_LIMIT', { retryAfterS: Math.ceil(place.waitMs / 1000) });
  return place;
}

/** From the commit of INTENT on, whatever happens, the attempt gets its OUTCOME. */
async function settled(
  { admitted }: Call,
  record: AttemptRecord,
  work: () => Promise<ReleasableAnswer | Retry>,
): Promise<ReleasableAnswer | Retry> {
  try {
    return await work();
  } catch (error) {
    if (record.isSettled()) throw error;
    // Unforeseen, with bytes perhaps on their way: the truth is that nobody knows.
    await record.settle({ outcome: 'UNKNOWN', code: 'GW_INTERNAL' });
    if (admitted.matched.operation.readOnly) throw error;
    throw new GatewayError('GW_DELIVERY_UNKNOWN', { cause: error, delivery: 'unknown' });
  }
}

/**
 * INTENT and the wait for the departure took time. If the decision, the credential, the token or our own right to send
 * has changed meanwhile, this attempt is closed as NOT_SENT before a byte leaves.
 * @returns true if the call must be decided again
 * @throws the refusal that holds now
 */
async function mustDecideAgain(
  call: Call,
  { route, token }: Attempt,
  record: AttemptRecord,
  departure: Departure,
): Promise<boolean> {
  const { deps, decide, deadline } = call;
  const isSame = (): boolean => decide().plan.identity === route.plan.identity;
  try {
    let same = true;
    if (record.registryVersion > route.plan.registryVersion) {
      await deps.registry.refresh(record.registryVersion);
      same = isSame();
    }
    if (same) {
      const waitedMs = await departure.depart(AbortSignal.any([deadline, deps.audit.leaseLost]));
      if (waitedMs > NO_WAIT_MS) {
        requireConfidence(deps);
        same = isSame() && (token === null || deps.tokens.isUsable(token));
      }
    }
    if (same) return false;
  } catch (error) {
    const refusal = refusalOf(call, error);
    await record.settle({ outcome: 'NOT_SENT', code: refusal.code });
    throw refusal;
  }
  await record.settle({ outcome: 'NOT_SENT', code: null });
  return true;
}

function refusalOf({ deps, deadline }: Call, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (deps.audit.leaseLost.aborted) return new GatewayError('GW_AUDIT_UNAVAILABLE', { cause });
  if (deadline.aborted) return new GatewayError('GW_RATE_LIMIT', { cause });
  return new GatewayError('GW_REGISTRY_STALE', { cause });
}

async function send(
  call: Call,
  attempt: Attempt,
  record: AttemptRecord,
  left: Budget,
): Promise<ReleasableAnswer | Retry> {
  let received: ReceivedAnswer;
  try {
    received = await forward(call, attempt);
  } catch (error) {
    if (!(error instanceof AttemptFailure)) throw error;
    const { outcome, refusal, mayRetry, upstreamStatus } = error;
    const retry = mayRetry && left.retry > 0;
    await record.settle({ outcome, code: retry ? null : refusal.code, upstreamStatus });
    if (retry) return nextRetry(left);
    throw refusal;
  }
  try {
    return await judge(call, attempt, record, received, left);
  } catch (error) {
    received.discard();
    throw error;
  }
}

/** The answer is here: pass it, refuse it, or, for a read, try again. */
async function judge(
  { deps, admitted }: Call,
  attempt: Attempt,
  record: AttemptRecord,
  received: ReceivedAnswer,
  left: Budget,
): Promise<ReleasableAnswer | Retry> {
  const { operation } = admitted.matched;
  const environment = deps.environments.get(attempt.route.environment);
  const verdict = judgeAnswer(operation, environment?.redirectHosts ?? [], {
    status: received.status,
    headers: received.headers,
    attemptId: attempt.id,
    bodyStart: received.bodyStart,
    authenticated: attempt.token !== null,
  });
  const diagnosis = verdict.diagnosis?.code ?? null;
  const upstreamStatus = received.status;

  if (!verdict.pass || received.echoesToken) {
    received.discard();
    const code = verdict.pass ? 'GW_UPSTREAM_PROTOCOL' : verdict.code;
    const tokenRejected = !verdict.pass && verdict.tokenRejected;
    const again =
      tokenRejected &&
      attempt.token !== null &&
      deps.tokens.discard(attempt.route.plan, attempt.token) &&
      left['new token'] > 0;
    const outcome = tokenRejected ? 'FAILED' : 'WITHHELD';
    await record.settle({ outcome, code: again ? null : code, upstreamStatus, diagnosis, received });
    if (again) return atOnce('new token');
    throw new GatewayError(code, {
      ...(operation.readOnly ? {} : { delivery: 'sent' as const }),
      ...(diagnosis === null ? {} : { headers: { 'Gatehouse-Diagnosis': diagnosis } }),
    });
  }

  const retry = retryOf(received, left);
  if (retry !== null) {
    received.discard();
    await record.settle({ outcome: 'FAILED', code: null, upstreamStatus, received });
    return retry;
  }
  const outcome = received.status < 400 ? 'COMPLETED' : 'FAILED';
  await record.settle({ outcome, code: null, upstreamStatus, status: received.status, diagnosis, received });
  return { ...received, attempt };
}

/** Null where the answer is the caller's to deal with. Writes have no retries left from the start. */
function retryOf({ status, headers }: ReceivedAnswer, left: Budget): Retry | null {
  const retryAfter = headerValue(headers, 'retry-after') ?? null;
  if (left.retry > 0 && isPassingFault(status, retryAfter)) return nextRetry(left);
  if (status !== 429 || left.throttled === 0) return null;
  const afterMs = throttledPauseMs(THROTTLED_RETRIES - left.throttled + 1, retryAfter);
  return afterMs === null ? null : { again: 'throttled', afterMs };
}

function nextRetry(left: Budget): Retry {
  return { again: 'retry', afterMs: RETRY_PAUSE_MS[READ_RETRIES - left.retry] ?? 0 };
}
