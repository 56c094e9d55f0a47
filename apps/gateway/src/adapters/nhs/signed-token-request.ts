/**
 * A request for a token that a key of the application signs. Each attempt has a new jti and signature (APIM uses up a
 * jti even if the attempt fails), there are at most two, and no library retries (faults F14, F15).
 */
import { randomUUID } from 'node:crypto';
import { clientAssertion } from '@gatehouse/domain/apim/client-assertion';
import { readTokenAnswer, type TokenAnswer } from '@gatehouse/domain/apim/token-answer';
import type { TokenForm, TokenGrant } from '@gatehouse/domain/apim/token-request';
import { GatewayError } from '@gatehouse/domain/errors';
import type { RoutePlan } from '@gatehouse/domain/policy/policy';
import type { Application, SigningKey } from '@gatehouse/domain/registry/registry';
import type { Kms } from '../kms/kms.js';
import type { TokenEvent } from './access-token.js';
import type { FailedTokenAnswer } from './token-failure.js';
import type { TokenTransport } from './token-transport.js';

export interface TokenRequestOptions {
  readonly kms: Pick<Kms, 'signAssertion'>;
  readonly transport: Pick<TokenTransport, 'post'>;
  readonly tokenUrlOf: (environment: string) => string;
  readonly now: () => number;
  /** Monotonic milliseconds, so that expiry does not move with the wall clock. */
  readonly monotonicNow: () => number;
  readonly onEvent: (event: TokenEvent) => void;
  readonly killPoint: (name: 'in-mint') => void;
}

export interface SignedTokenRequest {
  readonly plan: RoutePlan;
  readonly grant: TokenGrant;
  readonly userSessionId: string | null;
  readonly formFor: (clientAssertion: string) => TokenForm;
  /** Turns an answer into what it means for this grant. */
  readonly read: (answer: FailedTokenAnswer) => FailedTokenAnswer;
}

export interface IssuedToken {
  readonly answer: TokenAnswer & { readonly ok: true };
  readonly key: SigningKey;
  /** When the attempt that succeeded began, monotonic ms. */
  readonly startedMs: number;
}

/** @throws GW_KEY_MISSING, GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE */
export async function requestSigned(
  options: TokenRequestOptions,
  { plan, grant, userSessionId, formFor, read }: SignedTokenRequest,
): Promise<IssuedToken | FailedTokenAnswer> {
  if (plan.signingKey === null) throw new GatewayError('GW_KEY_MISSING');
  let key: SigningKey = plan.signingKey;
  for (let retriesLeft = 1; ; retriesLeft -= 1) {
    const startedMs = options.monotonicNow();
    const received = await requestOnce(options, plan.binding.application, key, formFor);
    if (received.ok) return { answer: received, key, startedMs };
    const answer = read(received);
    const { fault, diagnosis, messageId, description } = answer;
    const facts = { plan, grant, kid: key.kid, userSessionId };
    options.onEvent({ kind: 'MINT_FAILED', ...facts, fault, diagnosis, messageId, description });
    const next = retriesLeft > 0 ? keyForRetry(plan, key, answer) : null;
    if (next === null) return answer;
    key = next;
  }
}

/** One request, signed with this key and no other. Nothing is retried and nothing is kept. */
export async function requestOnce(
  options: Pick<TokenRequestOptions, 'kms' | 'transport' | 'tokenUrlOf' | 'now' | 'killPoint'>,
  application: Pick<Application, 'id' | 'environment' | 'apiKey'>,
  key: SigningKey,
  formFor: SignedTokenRequest['formFor'],
): Promise<TokenAnswer> {
  const tokenUrl = options.tokenUrlOf(application.environment);
  const assertion = clientAssertion({
    kid: key.kid,
    apiKey: application.apiKey ?? '',
    tokenUrl,
    jti: randomUUID(),
    nowMs: options.now(),
  });
  const jws = await options.kms.signAssertion(key, assertion);
  options.killPoint('in-mint');
  const answer = await options.transport.post(tokenUrl, formFor(jws), application);
  return readTokenAnswer(answer.status, answer.body, answer.retryAfter);
}

/** The key to try again with, or null if another attempt can't help. */
function keyForRetry(plan: RoutePlan, key: SigningKey, answer: FailedTokenAnswer): SigningKey | null {
  switch (answer.fault) {
    case 'ours':
      return key;
    case 'key-not-seen':
      // APIM's cached copy of the JWKS is older than this key. The key before it is still published.
      return plan.binding.application.signingKeys.find(({ state }) => state === 'RETIRING') ?? null;
    case 'transient':
      return answer.retryAfterS === null ? key : null;
    case 'configuration':
    case 'sign-in':
    case 'malformed':
      return null;
  }
}
