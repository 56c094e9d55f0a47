import { isPassingFault, judgeAnswer } from '@gatehouse/domain/apim/upstream-answer';
import { GatewayError } from '@gatehouse/domain/errors';
import { headerValue } from '@gatehouse/domain/input/framing';
import type { Attempt, AttemptResult, Call, ReceivedAnswer } from './attempt.js';
import { tokensFor } from './prepare-attempt.js';
import type { RetryReason } from './retry.js';

/** Whether e-RS's answer may be released, must be withheld, or is a reason to try again. */
export function judge({ deps, admitted }: Call, attempt: Attempt, received: ReceivedAnswer): AttemptResult {
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
  const answered = { upstreamStatus: received.status, diagnosis, received };

  if (verdict.pass && !received.echoesToken) {
    const outcome = received.status < 400 ? 'COMPLETED' : 'FAILED';
    return { ...answered, outcome, retry: retryReason(received), refusal: null };
  }
  const refusal = new GatewayError(verdict.pass ? 'GW_UPSTREAM_PROTOCOL' : verdict.code, {
    detail: verdict.pass ? 'the answer holds our access token' : verdict.detail,
    ...(operation.readOnly ? {} : { delivery: 'sent' as const }),
    ...(diagnosis === null ? {} : { diagnosis }),
  });
  if (verdict.pass || !verdict.tokenRejected)
    return { ...answered, outcome: 'WITHHELD', retry: null, refusal };
  const { route, token } = attempt;
  const mayAcceptNewToken = token !== null && tokensFor(deps, route.plan).discard(route.plan, token);
  return { ...answered, outcome: 'FAILED', retry: mayAcceptNewToken ? 'token rejected' : null, refusal };
}

function retryReason({ status, headers }: ReceivedAnswer): RetryReason | null {
  if (status === 429) return 'throttled';
  return isPassingFault(status, headerValue(headers, 'retry-after') ?? null) ? 'passing fault' : null;
}
