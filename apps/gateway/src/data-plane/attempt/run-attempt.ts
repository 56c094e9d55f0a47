/** One attempt, from the commit of its INTENT to the result that its OUTCOME records. */
import { GatewayError } from '@gatehouse/domain/errors';
import type { CommittedIntent } from '../../adapters/audit/write/audit-log.js';
import { requireConfidence } from '../confidence.js';
import type { Route } from '../decide.js';
import {
  type Attempt,
  AttemptFailure,
  type AttemptResult,
  type Call,
  type ReceivedAnswer,
} from './attempt.js';
import { RateUnavailable } from '../../adapters/rate/rate-limiter.js';
import { forward } from './forward.js';
import { judge } from './judge.js';
import { tokensFor } from './prepare-attempt.js';

/** After a longer wait than this between decision and departure, everything is checked once more. */
const NO_WAIT_MS = 10;

/**
 * Never throws: whatever happens, the attempt has a result, and so it gets its OUTCOME.
 * @param committed what was true at the commit of INTENT
 */
export async function runAttempt(
  call: Call,
  attempt: Attempt,
  committed: CommittedIntent,
): Promise<AttemptResult> {
  let received: ReceivedAnswer | null = null;
  const { signal, end } = call.deps.running.begin(call.deadlineMs);
  try {
    await orNotSent(call, isStillDecided(call, attempt, committed, signal));
    call.exchange.trace?.notePart('departure', call.deps.clock.monotonicNow());
    received = await forward(call, attempt, signal, () => departAgain(call, attempt, signal));
    return judge(call, attempt, received);
  } catch (error) {
    received?.discard();
    return error instanceof AttemptFailure ? error.result : unforeseenResult(call, attempt, error);
  } finally {
    // An answer that is still to be streamed is under way until its time is over.
    if (received === null || received.body !== null) end();
  }
}

/**
 * Called when the first byte could leave. Opening the connection may have taken longer than the slot lasts, or than the
 * decision stands; then the call needs another slot, and is decided again.
 * @returns null if it may be sent now
 */
function departAgain(call: Call, attempt: Attempt, signal: AbortSignal): Promise<void> | null {
  const { departure, route } = attempt;
  if (departure.mayBeSent() && call.deps.clock.now() < route.validUntilMs) return null;
  return orNotSent(call, takeTurn(call, attempt, { signal, hasWaited: true }));
}

/** @throws AttemptFailure (NOT_SENT) if the call may no longer be sent as it was decided */
async function orNotSent(call: Call, decision: Promise<boolean>): Promise<void> {
  let mayBeSent: boolean;
  try {
    mayBeSent = await decision;
  } catch (error) {
    throw new AttemptFailure('NOT_SENT', notSentRefusal(call, error), null);
  }
  if (!mayBeSent) throw new AttemptFailure('NOT_SENT', registryKeepsChanging(), 'decision changed');
}

/**
 * Waits for the attempt's turn. INTENT and that wait take time, in which the decision, the credential, the token or
 * Gatehouse's own right to send may change.
 * @returns false if the call must be decided again
 * @throws the refusal that has come into force
 */
async function isStillDecided(
  call: Call,
  attempt: Attempt,
  committed: CommittedIntent,
  signal: AbortSignal,
): Promise<boolean> {
  const { deps } = call;
  const { route } = attempt;
  const { registryVersion, userSession } = committed;
  const isNewer = registryVersion > route.plan.registryVersion;
  const isOver = deps.clock.now() >= route.validUntilMs;
  if (isNewer) await deps.registry.refresh(registryVersion);
  if (userSession !== 'same') await readSessionAgain(call, userSession);
  if ((isNewer || isOver || userSession !== 'same') && !isSameIdentity(call, route)) return false;
  return takeTurn(call, attempt, { signal, hasWaited: false });
}

/** @returns false if the call must be decided again. @throws the refusal that has come into force */
async function takeTurn(
  call: Call,
  { route, token, departure }: Attempt,
  { signal, hasWaited }: { readonly signal: AbortSignal; readonly hasWaited: boolean },
): Promise<boolean> {
  const { deps, exchange } = call;
  const waitedMs = await departure.depart(signal);
  exchange.rateRemaining = departure.remaining();
  if (!hasWaited && waitedMs <= NO_WAIT_MS) return true;
  requireConfidence(deps);
  return isSameIdentity(call, route) && (token === null || tokensFor(deps, route.plan).isUsable(token));
}

function isSameIdentity({ decide }: Call, { plan }: Route): boolean {
  return decide().plan.identity === plan.identity;
}

/** The decision that follows is made for the session as it is now, or refused because it has ended. */
async function readSessionAgain(
  { deps, exchange }: Call,
  userSession: CommittedIntent['userSession'],
): Promise<void> {
  const { id } = exchange.userSession ?? {};
  if (id === undefined) return;
  const read = await deps.userSessions.refresh(id);
  exchange.userSession = userSession === 'ended' ? null : read;
}

function notSentRefusal({ deps, deadlineMs }: Call, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (cause instanceof RateUnavailable) return new GatewayError('GW_RATE_LIMIT', { cause });
  if (deps.audit.leaseLost.aborted)
    return new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'the audit lease is lost', cause });
  if (deps.clock.monotonicNow() >= deadlineMs) return new GatewayError('GW_RATE_LIMIT', { cause });
  return new GatewayError('GW_REGISTRY_STALE', { detail: 'the registry could not be read', cause });
}

/** The refusal when the decision has changed too often. */
export function registryKeepsChanging(): GatewayError {
  return new GatewayError('GW_REGISTRY_STALE', { detail: 'the registry keeps changing' });
}

/** Bytes may be on their way, so nobody knows what became of the call. */
function unforeseenResult({ deps, admitted }: Call, attempt: Attempt, cause: unknown): AttemptResult {
  deps.log.error({ err: cause, attemptId: attempt.id }, 'unforeseen error during an attempt');
  const refusal = admitted.matched.operation.readOnly
    ? new GatewayError('GW_INTERNAL', { cause })
    : new GatewayError('GW_DELIVERY_UNKNOWN', { cause, delivery: 'unknown' });
  return new AttemptFailure('UNKNOWN', refusal, null).result;
}
