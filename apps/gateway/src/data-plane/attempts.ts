/**
 * Calling e-RS: intent → forward → outcome, for one attempt or, for a read, a few. Each attempt has its own UUID and
 * its own pair of rows; no byte leaves before its INTENT is committed, none is released before its OUTCOME is
 * (law 1); writes are never tried twice (law 9).
 */
import { randomUUID } from 'node:crypto';
import { GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import { rateLimitOf } from '@gatehouse/domain/policy/rate-limit';
import { isPassingFault, judgeAnswer } from '@gatehouse/domain/apim/upstream-answer';
import type { AccessToken } from '../adapters/nhs/apim-token.js';
import type { Seat } from '../adapters/nhs/upstream.js';
import type { Admitted } from './admit.js';
import { requireConfidence } from './authorise.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import { type Arrived, AttemptFailure, forward } from './forward.js';
import { upstreamHeaders } from './headers.js';
import { commitIntent, commitOutcome, type Settlement } from './record.js';

export interface Attempt {
  readonly id: string;
  /** 1 for the first. */
  readonly number: number;
  readonly startedAtMs: number;
  readonly startedMs: number;
  readonly route: Route;
  readonly token: AccessToken | null;
  readonly seat: Seat;
  /** What goes up, and of which the trail keeps some. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer whose OUTCOME is committed: it may be released. */
export interface Answer extends Arrived {
  readonly attempt: Attempt;
}

/** The decision in force, and the way to ask for it anew when the registry has moved on. */
export interface RouteInForce {
  current(): Route;
  /** @throws the policy's refusal */
  decideAgain(): Route;
}

const MAX_READ_RETRIES = 2;
const MAX_REDECISIONS = 5;
const RETRY_PAUSE_MS = [100, 400];

type Next = { readonly answer: Answer } | 'again' | 'decided anew' | 'new token';

/** @throws GatewayError, once every attempt has its OUTCOME */
export async function callUpstream(
  deps: PlaneDeps,
  exchange: Exchange,
  admitted: Admitted,
  routes: RouteInForce,
): Promise<Answer> {
  let retriesLeft = admitted.matched.operation.readOnly ? MAX_READ_RETRIES : 0;
  let newTokensLeft = admitted.matched.operation.readOnly ? 1 : 0;
  let redecisionsLeft = MAX_REDECISIONS;
  const deadline = AbortSignal.timeout(deps.totalMs);
  for (;;) {
    const allow = { retry: retriesLeft > 0, newToken: newTokensLeft > 0, redecide: redecisionsLeft > 0 };
    const next = await attemptOnce(deps, exchange, admitted, routes, deadline, allow);
    if (next === 'again') {
      await pause(RETRY_PAUSE_MS[MAX_READ_RETRIES - retriesLeft] ?? 0);
      retriesLeft -= 1;
    } else if (next === 'new token') newTokensLeft -= 1;
    else if (next === 'decided anew') redecisionsLeft -= 1;
    else return next.answer;
  }
}

interface Allowed {
  readonly retry: boolean;
  readonly newToken: boolean;
  readonly redecide: boolean;
}

async function attemptOnce(
  deps: PlaneDeps,
  exchange: Exchange,
  admitted: Admitted,
  routes: RouteInForce,
  deadline: AbortSignal,
  allow: Allowed,
): Promise<Next> {
  const { plan, environment } = routes.current();
  const { requestsPerMinute = 0, apiBaseUrl = '' } = deps.environments.get(environment) ?? {};
  const waitMs = await deps.limiter.take(plan.binding.application.id, rateLimitOf(requestsPerMinute));
  if (waitMs !== null) throw new GatewayError('GW_RATE_LIMIT', { retryAfterS: Math.ceil(waitMs / 1000) });
  requireConfidence(deps);
  const token = plan.signingKey === null ? null : await deps.tokens.get(plan);
  if (token !== null && token.bindingId !== plan.binding.id) {
    throw new GatewayError('GW_INTERNAL', { detail: 'token of another binding' });
  }
  // The body, the queue and the mint took time, in which an owner, a key or an exception may have lapsed.
  const route = routes.decideAgain();
  if (route.plan.identity !== plan.identity) return decidedAnew(allow);
  const seat = deps.upstream.reserve(plan.binding.id, apiBaseUrl);
  if (seat === null)
    throw new GatewayError('GW_OVERLOAD', { detail: 'all connections of the binding are busy' });
  try {
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
    return await recordedAttempt(deps, exchange, admitted, routes, deadline, allow, attempt);
  } catch (error) {
    seat.release();
    throw error;
  }
}

function decidedAnew(allow: Allowed): 'decided anew' {
  if (!allow.redecide) throw new GatewayError('GW_REGISTRY_STALE', { detail: 'registry keeps changing' });
  return 'decided anew';
}

/** From the commit of INTENT on, whatever happens, the attempt gets its OUTCOME. */
async function recordedAttempt(
  deps: PlaneDeps,
  exchange: Exchange,
  admitted: Admitted,
  routes: RouteInForce,
  deadline: AbortSignal,
  allow: Allowed,
  attempt: Attempt,
): Promise<Next> {
  const registryVersion = await commitIntent(deps, exchange, admitted, attempt);
  const progress = { settled: false };
  const settle = (settlement: Settlement): Promise<void> => {
    progress.settled = true;
    return commitOutcome(deps, exchange, admitted, attempt, settlement);
  };
  try {
    if (registryVersion > attempt.route.plan.registryVersion) {
      if (await decidedDifferently(deps, routes, attempt, registryVersion, settle)) {
        attempt.seat.release();
        return decidedAnew(allow);
      }
    }
    return await sendAndJudge(deps, admitted, attempt, deadline, settle, allow);
  } catch (error) {
    if (progress.settled) throw error;
    // Unforeseen, with bytes perhaps on their way: the truth is that nobody knows.
    await settle({ outcome: 'UNKNOWN', code: 'GW_INTERNAL' });
    if (admitted.matched.operation.readOnly) throw error;
    throw new GatewayError('GW_DELIVERY_UNKNOWN', { cause: error, delivery: 'unknown' });
  }
}

async function sendAndJudge(
  deps: PlaneDeps,
  admitted: Admitted,
  attempt: Attempt,
  deadline: AbortSignal,
  settle: (settlement: Settlement) => Promise<void>,
  allow: Allowed,
): Promise<Next> {
  let arrived: Arrived;
  try {
    arrived = await forward(deps, admitted, attempt, deadline);
  } catch (error) {
    if (!(error instanceof AttemptFailure)) throw error;
    const retry = error.mayRetry && allow.retry;
    await settle({
      outcome: error.outcome,
      code: retry ? null : error.refusal.code,
      upstreamStatus: error.status,
    });
    if (retry) return 'again';
    throw error.refusal;
  }
  try {
    return await judge(deps, admitted, attempt, arrived, settle, allow);
  } catch (error) {
    arrived.discard();
    throw error;
  }
}

/**
 * The registry changed between the decision and the commit of INTENT: decide again before a byte leaves.
 * @returns true if the call would now go out as somebody else, and this attempt was closed as NOT_SENT
 */
async function decidedDifferently(
  deps: PlaneDeps,
  routes: RouteInForce,
  attempt: Attempt,
  version: number,
  settle: (settlement: Settlement) => Promise<void>,
): Promise<boolean> {
  try {
    await deps.registry.refresh(version);
    if (routes.decideAgain().plan.identity === attempt.route.plan.identity) return false;
  } catch (error) {
    const refusal =
      error instanceof GatewayError ? error : new GatewayError('GW_REGISTRY_STALE', { cause: error });
    await settle({ outcome: 'NOT_SENT', code: refusal.code });
    throw refusal;
  }
  await settle({ outcome: 'NOT_SENT', code: null });
  return true;
}

/** The answer is here: pass it, refuse it, or, for a read, try again. */
async function judge(
  deps: PlaneDeps,
  admitted: Admitted,
  attempt: Attempt,
  arrived: Arrived,
  settle: (settlement: Settlement) => Promise<void>,
  allow: Allowed,
): Promise<Next> {
  const { operation } = admitted.matched;
  const environment = deps.environments.get(attempt.route.environment);
  const verdict = judgeAnswer(operation, environment?.redirectHosts ?? [], {
    status: arrived.status,
    headers: arrived.headers,
    attemptId: attempt.id,
    bodyStart: arrived.bodyStart,
    authenticated: attempt.token !== null,
  });
  const diagnosis = verdict.diagnosis?.code ?? null;

  if (!verdict.pass || arrived.echoesToken) {
    arrived.discard();
    const code = verdict.pass ? 'GW_UPSTREAM_PROTOCOL' : verdict.code;
    const tokenRejected = !verdict.pass && verdict.tokenRejected;
    if (tokenRejected && attempt.token !== null) deps.tokens.discard(attempt.route.plan, attempt.token);
    const again = tokenRejected && allow.newToken;
    const outcome = tokenRejected ? 'FAILED' : 'WITHHELD';
    await settle({ outcome, code: again ? null : code, upstreamStatus: arrived.status, diagnosis, arrived });
    if (again) return 'new token';
    throw new GatewayError(code, {
      ...(operation.readOnly ? {} : { delivery: 'sent' as const }),
      ...(diagnosis === null ? {} : { headers: { 'Gatehouse-Diagnosis': diagnosis } }),
    });
  }

  const retryAfter = headerValue(arrived.headers, 'retry-after') ?? null;
  if (allow.retry && isPassingFault(arrived.status, retryAfter)) {
    arrived.discard();
    await settle({ outcome: 'FAILED', code: null, upstreamStatus: arrived.status, arrived });
    return 'again';
  }
  await settle({
    outcome: arrived.status < 400 ? 'COMPLETED' : 'FAILED',
    code: null,
    upstreamStatus: arrived.status,
    status: arrived.status,
    diagnosis,
    arrived,
  });
  return { answer: { ...arrived, attempt } };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
