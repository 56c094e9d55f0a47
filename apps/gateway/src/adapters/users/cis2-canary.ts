/**
 * The canary of a CIS2 client's key: a token request with a code that nobody has issued. NHS CIS2 authenticates the client
 * before it looks at the code (OpenID Connect Core 1.0 §3.1.3.2), so `invalid_grant` shows that it knows the key, and no user
 * is needed.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { openIdAssertion } from '@gatehouse/domain/apim/openid-assertion';
import type { Cis2Client, SigningKey } from '@gatehouse/domain/registry/registry';
import type { Kms } from '../kms/kms.js';
import type { CanaryRefusal } from '../nhs/canary.js';
import { boundedFetch } from '../people/openid/bounded-fetch.js';

export type Cis2Canary = (client: Cis2Client, key: SigningKey) => Promise<CanaryRefusal>;

export interface Cis2CanaryOptions {
  readonly kms: Pick<Kms, 'signOpenIdAssertion'>;
  readonly issuerOf: (environment: string) => string | undefined;
  readonly redirectUri: string;
  readonly now: () => number;
}

const MOST_BYTES = 262_144;
const TIMEOUT_MS = 10_000;
const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export function createCis2Canary({ kms, issuerOf, redirectUri, now }: Cis2CanaryOptions): Cis2Canary {
  const send = async (url: string, options: RequestInit = {}): Promise<Record<string, unknown>> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await boundedFetch(MOST_BYTES)(url, { ...options, redirect: 'manual', signal });
    return (await answer.json()) as Record<string, unknown>;
  };

  return async (client, key) => {
    const issuer = issuerOf(client.environment);
    if (issuer === undefined) throw new Error(`${client.environment} has no CIS2`);
    const { token_endpoint: tokenUrl } = await send(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    );
    if (typeof tokenUrl !== 'string')
      throw new Error('the discovery document of CIS2 names no token endpoint');
    const { clientId, signingAlgorithm: algorithm } = client;
    const assertion = { algorithm, kid: key.kid, clientId, tokenUrl, jti: randomUUID(), nowMs: now() };
    const { error } = await send(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', code: random(), code_verifier: random() },
        ...{ redirect_uri: redirectUri, client_id: clientId, client_assertion_type: BEARER },
        client_assertion: await kms.signOpenIdAssertion(key, openIdAssertion(assertion)),
      }),
    });
    if (error === 'invalid_grant') return null;
    if (error !== 'invalid_client') throw new Error('CIS2 answered its token request in an unknown way');
    return { diagnosis: 'KEY_NOT_FOUND', text: CIS2_REFUSAL, messageId: null };
  };
}

const random = (): string => randomBytes(32).toString('base64url');

const CIS2_REFUSAL =
  'NHS CIS2 did not accept the client assertion that the key signed. Check that the JWKS URL registered with CIS2 is the one that the page of the CIS2 client shows.';
