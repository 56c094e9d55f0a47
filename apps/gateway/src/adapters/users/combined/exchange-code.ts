/** The code of a callback for the user's first pair of tokens. It is sent once, whatever becomes of the answer. */
import { readTokenAnswer } from '@gatehouse/domain/apim/token-answer';
import { exchangeRefusalCode } from '@gatehouse/domain/apim/token-refusal';
import { authorizationCodeForm } from '@gatehouse/domain/apim/token-request';
import { type TokenEvent, tokenIdHash, type TokenRoute } from '../../nhs/access-token.js';
import type { FailedTokenAnswer } from '../../nhs/token-failure.js';
import type { TokenTransport } from '../../nhs/token-transport.js';
import { ProviderFault } from '../../people/openid/provider-fault.js';
import type { IssuedPair } from '../tokens/issued-pair.js';
import type { UserLogin } from '../user-logins.js';

export interface CodeExchangeOptions {
  readonly transport: Pick<TokenTransport, 'post' | 'get'>;
  readonly tokenUrlOf: (environment: string) => string;
  /** Opened for each request. @throws GW_TOKEN_REFUSED if the registry has none; GW_SIGNING_UNAVAILABLE */
  readonly requireApiSecret: (applicationId: string) => Promise<string>;
  /** The callback URL that is registered with every application that signs users in so. */
  readonly redirectUri: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onEvent: (event: TokenEvent) => void;
}

interface CodeOfLogin {
  readonly route: TokenRoute;
  readonly code: string;
  readonly login: Pick<UserLogin, 'environment' | 'minimumLevel'>;
}

/** @throws ProviderFault, GW_TOKEN_REFUSED, GW_SIGNING_UNAVAILABLE */
export async function exchangeCode(
  options: CodeExchangeOptions,
  { route, code, login }: CodeOfLogin,
): Promise<IssuedPair> {
  const { redirectUri, onEvent } = options;
  const { application } = route.binding;
  const { id: applicationId, apiKey } = application;
  const apiSecret = await options.requireApiSecret(applicationId);
  const form = authorizationCodeForm({ apiKey: apiKey ?? '', apiSecret }, { code, redirectUri });
  const issuedAtMs = options.now();
  const tokenUrl = options.tokenUrlOf(login.environment);
  const received = await options.transport.post(tokenUrl, form, application);
  const answer = readTokenAnswer(received.status, received.body, received.retryAfter);
  const facts = { plan: route, grant: 'authorization_code', kid: null, userSessionId: null } as const;
  if (!answer.ok) {
    const { fault, messageId, description } = answer;
    const diagnosis = exchangeRefusalCode(answer.diagnosis, login.minimumLevel);
    onEvent({ kind: 'MINT_FAILED', ...facts, fault, diagnosis, messageId, description });
    throw codeFault({ ...answer, diagnosis }).without([apiSecret, code]);
  }
  const { accessToken, lifeS, refresh } = answer;
  onEvent({ kind: 'MINT_OK', ...facts, lifeS, idHash: tokenIdHash(accessToken) });
  return { applicationId, issuedAtMs, accessToken, lifeS, refresh };
}

function codeFault({ fault, diagnosis, description }: FailedTokenAnswer): ProviderFault {
  const message = `API Management gave no tokens for the code: ${diagnosis}`;
  if (diagnosis === 'ASSURANCE')
    return new ProviderFault('refused', message, null, {
      claim: 'authentication_assurance_level',
      claims: {},
    });
  const said = { error: diagnosis, description: description ?? '' };
  if (fault === 'sign-in') return new ProviderFault('refused', message, said);
  const isForNow = fault === 'transient' || fault === 'malformed';
  return new ProviderFault(isForNow ? 'unavailable' : 'misconfigured', message, said);
}
