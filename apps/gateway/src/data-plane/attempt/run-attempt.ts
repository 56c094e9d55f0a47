/** One attempt, from the commit of its INTENT to the result that its OUTCOME records. */
import { GatewayError } from '@gatehouse/domain/errors';
import { requireConfidence } from '../confidence.js';
import {
  type Attempt,
  AttemptFailure,
  type AttemptResult,
  type Call,
  type ReceivedAnswer,
} from './attempt.js';
import { forward } from './forward.js';
import { judge } from './judge.js';

/** After a longer wait than this between decision and departure, everything is checked once more. */
const NO_WAIT_MS = 10;

/**
 * Never throws: whatever happens, the attempt has a result, and so it gets its OUTCOME.
 * @param registryVersion version of the registry at the commit of INTENT
 */
export async function runAttempt(
  call: Call,
  attempt: Attempt,
  registryVersion: number,
): Promise<AttemptResult> {
  let received: ReceivedAnswer | null = null;
  try {
    await depart(call, attempt, registryVersion);
    received = await forward(call, attempt);
    return judge(call, attempt, received);
  } catch (error) {
    received?.discard();
    return error instanceof AttemptFailure ? error.result : unforeseenResult(call, attempt, error);
  }
}

/** @throws AttemptFailure (NOT_SENT) if the call may no longer be sent as it was decided */
async function depart(call: Call, attempt: Attempt, registryVersion: number): Promise<void> {
  let mayBeSent: boolean;
  try {
    mayBeSent = await isStillDecided(call, attempt, registryVersion);
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
  { deps, decide, deadline }: Call,
  { route, token, departure }: Attempt,
  registryVersion: number,
): Promise<boolean> {
  const isSameIdentity = (): boolean => decide().plan.identity === route.plan.identity;
  if (registryVersion > route.plan.registryVersion) {
    await deps.registry.refresh(registryVersion);
    if (!isSameIdentity()) return false;
  }
  const waitedMs = await departure.depart(AbortSignal.any([deadline, deps.audit.leaseLost]));
  if (waitedMs <= NO_WAIT_MS) return true;
  requireConfidence(deps);
  return isSameIdentity() && (token === null || deps.tokens.isUsable(token));
}

function notSentRefusal({ deps, deadline }: Call, cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (deps.audit.leaseLost.aborted)
    return new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'the audit lease is lost', cause });
  if (deadline.aborted) return new GatewayError('GW_RATE_LIMIT', { cause });
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
