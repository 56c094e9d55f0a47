/**
 * Obtains a user's access token for one application: from PostgreSQL if a replica has stored one that serves, else by a
 * refresh, or by exchanging the ID token of CIS2. A refresh token is sent once, whatever becomes of the answer (ADR 38).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readTokenAnswer, type TokenAnswer } from '@gatehouse/domain/apim/token-answer';
import { exchangeRefusalCode } from '@gatehouse/domain/apim/token-refusal';
import { exchangeForm, refreshForm, type TokenGrant } from '@gatehouse/domain/apim/token-request';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import { refreshUntilMs, tokenStep } from '@gatehouse/domain/users/token-step';
import { tokenIdHash } from '../../nhs/access-token.js';
import { requestSigned, type TokenRequestOptions } from '../../nhs/signed-token-request.js';
import { apiSecretMissing, type FailedTokenAnswer, tokenRefusal } from '../../nhs/token-failure.js';
import type { TokenHttpAnswer } from '../../nhs/token-transport.js';
import type { ApiSecrets } from './api-secret.js';
import type { Ending } from '../end-sessions.js';
import { SealBroken, type SealedPlace, type TokenBox } from '../token-box.js';
import type { TokenOutages } from './token-outages.js';
import type { SealedPair, TokenKey, TokenRows, TokenState } from './token-rows.js';

export interface UserTokenRequestOptions extends TokenRequestOptions {
  readonly rows: TokenRows;
  readonly box: TokenBox;
  readonly apiSecrets: ApiSecrets;
  readonly outages: TokenOutages;
  readonly endSession: (sessionId: string, ending: Ending) => Promise<unknown>;
  /** A replica that has been asking for a pair for longer than this has died; ms. */
  readonly spendingMs: number;
}

/** An access token as this process keeps it, with the generation of its pair. */
export interface UserToken {
  readonly value: string;
  readonly generation: number;
  /** Epoch ms, both. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** Generations that no longer serve, as `tokenStep` takes them. */
export interface Outdated {
  readonly rejectedGeneration: number;
  readonly dueGeneration: number;
}

interface Turn {
  readonly plan: RoutePlan;
  readonly key: TokenKey;
  readonly state: TokenState;
}

/** CIS2 reports a logout to API Management alone in combined authentication, so this is how it is learnt. */
const REVOKED: Ending = {
  by: 'NHS England',
  reason: 'API Management refused to renew the tokens: the user has logged out, or the sign-in is over',
};
const FIRST_LOOK_MS = 25;
const LONGEST_LOOK_MS = 250;

/**
 * @throws GW_USER_SESSION, GW_SIGN_IN_AGAIN, GW_ASSURANCE, GW_TOKEN_REFUSED, GW_TOKEN_UNAVAILABLE, GW_KEY_MISSING,
 *   GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE
 */
export async function obtainUserToken(
  options: UserTokenRequestOptions,
  plan: RoutePlan,
  key: TokenKey,
  outdated: Outdated,
): Promise<UserToken> {
  // A replica may begin to ask, and die, after this one began to wait.
  const giveUpMs = options.monotonicNow() + 2 * options.spendingMs;
  for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 2, LONGEST_LOOK_MS)) {
    const state = await options.rows.read(key);
    if (state === null) throw new GatewayError('GW_USER_SESSION');
    if (state.environment !== plan.binding.application.environment)
      throw new GatewayError('GW_INTERNAL', { detail: 'a session of another environment', law: 6 });
    const token = await takeReadableStep(options, { plan, key, state }, outdated);
    if (token !== null) return token;
    if (options.monotonicNow() > giveUpMs)
      throw new GatewayError('GW_TOKEN_UNAVAILABLE', { detail: 'another replica asks for the token' });
    await delay(lookMs);
  }
}

/** A pair that can't be opened is of no use to anybody, as if it were lost. */
async function takeReadableStep(
  options: UserTokenRequestOptions,
  turn: Turn,
  outdated: Outdated,
): Promise<UserToken | null> {
  try {
    return await takeStep(options, turn, outdated);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
  }
  const { state } = turn;
  const pair = state.pair && { ...state.pair, refresh: null, refreshExpiresAtMs: null };
  const rejectedGeneration = pair?.generation ?? 0;
  try {
    return await takeStep(
      options,
      { ...turn, state: { ...state, pair } },
      { ...outdated, rejectedGeneration },
    );
  } catch (error) {
    throw error instanceof SealBroken ? new GatewayError('GW_SIGN_IN_AGAIN', { cause: error }) : error;
  }
}

/** Null: look again, since another replica is about to store a pair, or just did. */
async function takeStep(
  options: UserTokenRequestOptions,
  turn: Turn,
  outdated: Outdated,
): Promise<UserToken | null> {
  const { pair, idToken } = turn.state;
  const step = tokenStep({
    pair,
    idTokenExpiresAtMs: idToken?.expiresAtMs ?? null,
    ...outdated,
    nowMs: options.now(),
    spendingMs: options.spendingMs,
  });
  if (step === 'use' && pair !== null) {
    const value = await options.box.open(pair.access, placeOf(turn, 'access', pair.generation));
    const { generation, issuedAtMs, accessExpiresAtMs } = pair;
    return { value, generation, issuedAtMs, expiresAtMs: accessExpiresAtMs };
  }
  if (step === 'refresh' && pair !== null && pair.refresh !== null)
    return refresh(options, turn, pair.generation, pair.refresh.sealed);
  if (step === 'exchange' && idToken !== null) return exchange(options, turn, idToken.sealed);
  if (step === 'wait') return null;
  throw new GatewayError('GW_SIGN_IN_AGAIN');
}

async function exchange(
  options: UserTokenRequestOptions,
  turn: Turn,
  idTokenSealed: Uint8Array,
): Promise<UserToken | null> {
  const { plan, key, state } = turn;
  const place = { ...placeOf(turn, 'id', 0), applicationId: null };
  const idToken = await options.box.open(idTokenSealed, place);
  const issued = await requestSigned(options, {
    plan,
    grant: 'exchange',
    userSessionId: key.sessionId,
    formFor: (clientAssertion) => exchangeForm(clientAssertion, idToken),
    read: (answer) => ({
      ...answer,
      diagnosis: exchangeRefusalCode(answer.diagnosis, state.authenticationLevel),
    }),
  });
  if ('fault' in issued) throw tokenRefusal(issued);
  const issuedAtMs = options.now() - (options.monotonicNow() - issued.startedMs);
  return keep(options, turn, issued.answer, { issuedAtMs, grant: 'exchange', kid: issued.key.kid });
}

async function refresh(
  options: UserTokenRequestOptions,
  turn: Turn,
  generation: number,
  refreshSealed: Uint8Array,
): Promise<UserToken | null> {
  const { key } = turn;
  const { application } = turn.plan.binding;
  // Whatever may fail for reasons of our own comes before the mark.
  const apiSecret = await options.apiSecrets(application.id);
  if (apiSecret === null) throw apiSecretMissing();
  const refreshToken = await options.box.open(refreshSealed, placeOf(turn, 'refresh', generation));
  options.outages.refuseIfAway(application.environment);
  const by = randomUUID();
  if (!(await options.rows.markSpending(key, generation, by))) return null;
  const issuedAtMs = options.now();
  const form = refreshForm(application.apiKey ?? '', apiSecret, refreshToken);
  const tokenUrl = options.tokenUrlOf(application.environment);
  const received = await options.transport.post(tokenUrl, form, application);
  options.killPoint('in-mint');
  const answer = readTokenAnswer(received.status, received.body, received.retryAfter);
  if (answer.ok) return keep(options, turn, answer, { issuedAtMs, grant: 'refresh', kid: null });
  if (isUnspent(received, answer)) await options.rows.unmark(key, generation, by);
  else await options.rows.dropRefresh(key, generation, by);
  const refusal = refreshRefusal(options, turn, answer);
  if (turn.state.pattern !== 'combined' || answer.fault !== 'sign-in') throw refusal;
  await options.endSession(key.sessionId, REVOKED);
  throw new GatewayError('GW_USER_SESSION', {
    detail: 'API Management has ended the sign-in',
    cause: refusal,
  });
}

/** API Management limits the rate, and checks API key and secret, before it looks at the refresh token. */
function isUnspent({ wasSent, status }: TokenHttpAnswer, { diagnosis }: FailedTokenAnswer): boolean {
  return !wasSent || status === 429 || diagnosis === 'API_SECRET';
}

function refreshRefusal(
  options: UserTokenRequestOptions,
  { plan, key }: Turn,
  answer: FailedTokenAnswer,
): GatewayError {
  const { fault, diagnosis, messageId, description } = answer;
  options.onEvent({
    kind: 'MINT_FAILED',
    ...{ plan, grant: 'refresh', kid: null, userSessionId: key.sessionId },
    ...{ fault, diagnosis, messageId, description },
  });
  const refusal = tokenRefusal(answer);
  const { environment } = plan.binding.application;
  // A limit of one application's rate is no outage of the endpoint.
  if (fault === 'transient' && answer.retryAfterS === null) options.outages.failed(environment, refusal);
  else options.outages.worked(environment);
  return refusal;
}

/** Stores the pair as the next generation. Null if another replica was first: its pair serves, and this one does not. */
async function keep(
  options: UserTokenRequestOptions,
  turn: Turn,
  answer: TokenAnswer & { readonly ok: true },
  issue: { readonly issuedAtMs: number; readonly grant: TokenGrant; readonly kid: string | null },
): Promise<UserToken | null> {
  const { plan, key, state } = turn;
  const { box, rows, onEvent, outages } = options;
  const { issuedAtMs, ...request } = issue;
  const generation = (state.pair?.generation ?? 0) + 1;
  const value = answer.accessToken;
  const expiresAtMs = issuedAtMs + answer.lifeS * 1000;
  outages.worked(state.environment);
  const facts = { plan, ...request, userSessionId: key.sessionId };
  onEvent({ kind: 'MINT_OK', ...facts, lifeS: answer.lifeS, idHash: tokenIdHash(value) });
  const refreshed = answer.refresh && {
    sealed: await box.seal(answer.refresh.token, placeOf(turn, 'refresh', generation)),
    expiresAtMs: refreshUntilMs(issuedAtMs, answer.refresh.lifeS, state.authenticatedAtMs),
  };
  const pair: SealedPair = {
    ...{ generation, issuedAtMs, accessExpiresAtMs: expiresAtMs, refresh: refreshed },
    access: await box.seal(value, placeOf(turn, 'access', generation)),
  };
  return (await rows.store(key, pair)) ? { value, generation, issuedAtMs, expiresAtMs } : null;
}

function placeOf({ key, state }: Turn, kind: SealedPlace['kind'], generation: number): SealedPlace {
  const { sessionId, applicationId } = key;
  return { environment: state.environment, ownerId: sessionId, applicationId, kind, generation };
}
