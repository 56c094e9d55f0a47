/**
 * A read at e-RS that Gatehouse makes for a signed-in user: what the user may be (A030), and for whom they may act
 * (A040). It is decided, paced, recorded and judged like a call of the client, and its records name the user.
 */
import { GatewayError } from '@gatehouse/domain/errors';
import { readUserHeaders } from '@gatehouse/domain/ers/user-headers';
import { readCallerHeaders, singleHeaders } from '@gatehouse/domain/input/request-headers';
import { type Json, parseStrictJson } from '@gatehouse/domain/input/strict-json';
import type { Client } from '@gatehouse/domain/registry/registry';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { admitRead } from '../admit.js';
import type { ReleasableAnswer } from '../attempt/attempt.js';
import { callUpstream } from '../call-upstream.js';
import { decideRoute } from '../decide.js';
import type { PlaneDeps } from '../deps.js';
import { type Exchange, exchangeWithin } from '../exchange.js';
import { matchTarget, type MatchedRequest } from '../match.js';
import { asGatewayError, recordDenied, recordLine } from '../record.js';

/** What a user may be. It takes no function, so that it can be asked first. */
export const A030 = '/FHIR/R4/PractitionerRole';

export interface ReadAsUser {
  /** Path and query as the e-RS specification writes them. */
  readonly target: string;
  /** The organisation and function to act in; none for A030. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @throws the policy's refusal, what a call to e-RS throws, and GW_USER_READ if e-RS answers with an error
 */
export async function readAsUser(
  deps: PlaneDeps,
  within: Exchange,
  client: Client,
  session: UserSession,
  { target, headers }: ReadAsUser,
): Promise<Json> {
  const exchange = exchangeWithin(within, deps.clock, target, session);
  try {
    const request = requestAsUser(exchange, target, headers);
    const answer = await callUpstream(deps, exchange, admitRead(request), () =>
      decideRoute(deps, exchange, client, request),
    );
    exchange.status = answer.status;
    return json(answer);
  } catch (error) {
    throw await recordDenied(deps, exchange, asGatewayError(deps, error));
  } finally {
    recordLine(deps, exchange);
  }
}

/** A read as a request of the client, with these headers. */
export function requestAsUser(
  exchange: Exchange,
  target: string,
  headers: ReadAsUser['headers'],
): MatchedRequest {
  const read = readCallerHeaders(
    singleHeaders(Object.entries({ Accept: 'application/fhir+json', ...headers }).flat()),
  );
  return {
    headers: read,
    accessMode: 'user-restricted',
    user: readUserHeaders(read.userHeaders),
    ...matchTarget(exchange, 'GET', target),
  };
}

/** @throws GW_USER_READ for an error of e-RS or an answer that is not JSON */
function json(answer: ReleasableAnswer): Json {
  const { status, body } = answer;
  if (status >= 400 || body === null) {
    answer.discard();
    throw new GatewayError('GW_USER_READ', { detail: `e-RS answered ${status}` });
  }
  try {
    return parseStrictJson(body);
  } catch (cause) {
    throw new GatewayError('GW_USER_READ', { detail: 'e-RS answered with something else', cause });
  }
}
