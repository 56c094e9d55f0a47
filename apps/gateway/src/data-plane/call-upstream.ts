/**
 * Calling e-RS: intent → forward → outcome, once for a write, up to a few times for a read (law 9). Each attempt has
 * its own UUID and its own pair of records. No byte is sent before its INTENT is committed, and no byte of the answer
 * is released before its OUTCOME is (law 1).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { Admitted } from './admit.js';
import type { Attempt, AttemptResult, Call, ReleasableAnswer } from './attempt/attempt.js';
import { prepareAttempt } from './attempt/prepare-attempt.js';
import { recordIntent } from './attempt/record-attempt.js';
import { Retries } from './attempt/retry.js';
import { registryKeepsChanging, runAttempt } from './attempt/run-attempt.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';
import type { Exchange } from './exchange.js';
import type { TracedAttempt } from './trace/request-trace.js';

/**
 * @param decide the decision on the registry as it is now; throws the policy's refusal
 * @throws GatewayError, once every attempt has its OUTCOME
 */
export async function callUpstream(
  deps: PlaneDeps,
  exchange: Exchange,
  admitted: Admitted,
  decide: () => Route,
): Promise<ReleasableAnswer> {
  const deadlineMs = deps.clock.monotonicNow() + deps.totalMs;
  const call: Call = { deps, exchange, admitted, decide, deadlineMs };
  const retries = new Retries(admitted.matched.operation.readOnly);
  for (;;) {
    const attempt = await prepareAttempt(call);
    exchange.trace?.notePart('prepare', deps.clock.monotonicNow());
    const next = attempt === null ? redecide(retries) : await makeAttempt(call, attempt, retries);
    if ('answer' in next) return next.answer;
    if (next.pauseMs > 0) await pause(next.pauseMs);
    exchange.trace?.notePart('pause', deps.clock.monotonicNow());
  }
}

/** Another attempt follows after a pause, or the answer may be released. */
type Next = { readonly pauseMs: number } | { readonly answer: ReleasableAnswer };

/** @throws GW_REGISTRY_STALE if the decision has changed too often */
function redecide(retries: Retries): Next {
  const pauseMs = retries.take('decision changed');
  if (pauseMs === null) throw registryKeepsChanging();
  return { pauseMs };
}

/** INTENT, the call itself and OUTCOME. @throws the refusal that OUTCOME records */
async function makeAttempt(call: Call, attempt: Attempt, retries: Retries): Promise<Next> {
  const { trace } = call.exchange;
  const { monotonicNow } = call.deps.clock;
  let answer: ReleasableAnswer | null = null;
  try {
    const record = await recordIntent(call, attempt);
    trace?.notePart('intent', monotonicNow());
    const result = await runAttempt(call, attempt, record.committed);
    trace?.notePart('attempt', monotonicNow(), tracedAttempt(attempt, result));
    const pauseMs = takeRetry(retries, result);
    if (pauseMs !== null || result.refusal !== null) result.received?.discard();
    await record.settle(result, pauseMs !== null);
    trace?.notePart('outcome', monotonicNow());
    if (pauseMs !== null) return { pauseMs };
    if (result.refusal !== null) throw result.refusal;
    answer = { ...result.received, attempt };
    return { answer };
  } finally {
    attempt.departure.giveUp();
    if (answer === null) attempt.seat.release();
  }
}

function takeRetry(retries: Retries, { retry, received }: AttemptResult): number | null {
  return retry === null ? null : retries.take(retry, headerValue(received?.headers ?? [], 'retry-after'));
}

function tracedAttempt(
  { id, number }: Attempt,
  { outcome, upstreamStatus, refusal }: AttemptResult,
): TracedAttempt {
  return { id, number, outcome, status: upstreamStatus, code: refusal?.code ?? null };
}
