/**
 * The identity provider of staff, by discovery (OpenID Connect Discovery 1.0). An ID token counts only after every
 * check of OpenID Connect Core 1.0 §3.1.3.7 and of at_hash, with the provider's published keys and an asymmetric
 * algorithm.
 */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';

export interface StaffSignIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** The claim that holds groups or roles. */
  readonly rolesClaim: string;
}

export interface Endpoints {
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
}

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  /** Values of the roles claim. */
  readonly groups: readonly string[];
}

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

export interface IdentityProvider {
  /** @throws if the provider can't be reached or names itself otherwise */
  endpoints(): Promise<Endpoints>;
  /** Exchanges a code, which is good once. @throws with no secret in its message */
  exchange(code: string, codeVerifier: string, redirectUri: string): Promise<Tokens>;
  /** @throws if any check fails */
  verify(tokens: Tokens, nonce: string): Promise<Identity>;
}

const TIMEOUT_MS = 5_000;
const METADATA_MS = 600_000;
const SKEW_S = 30;
const MAX_AGE_S = 600;
/**
 * Signature algorithms taken, and the hash that at_hash of each is made with (OpenID Connect Core 1.0 §3.1.3.6).
 */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  RS384: 'sha384',
  PS384: 'sha384',
  ES384: 'sha384',
  RS512: 'sha512',
  PS512: 'sha512',
};

const url = z.url({ protocol: /^https?$/ });
const metadataSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: url,
  token_endpoint: url,
  jwks_uri: url,
});
const tokensSchema = z.object({ id_token: z.string(), access_token: z.string() });

export function openIdentityProvider(settings: StaffSignIn, now: () => number): IdentityProvider {
  let known: { metadata: z.infer<typeof metadataSchema>; untilMs: number } | null = null;
  let keys: { uri: string; set: ReturnType<typeof createRemoteJWKSet> } | null = null;

  async function discover() {
    if (known !== null && now() < known.untilMs) return known.metadata;
    const address = `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok) throw new Error(`discovery answered ${answer.status}`);
    const metadata = metadataSchema.parse(await answer.json());
    if (metadata.issuer !== settings.issuer) throw new Error('the provider names another issuer');
    known = { metadata, untilMs: now() + METADATA_MS };
    return metadata;
  }

  function keysAt(uri: string) {
    if (keys?.uri !== uri) {
      keys = { uri, set: createRemoteJWKSet(new URL(uri), { timeoutDuration: TIMEOUT_MS }) };
    }
    return keys.set;
  }

  return {
    async endpoints() {
      const { authorization_endpoint: authorizationUrl, token_endpoint: tokenUrl } = await discover();
      return { authorizationUrl, tokenUrl };
    },

    async exchange(code, codeVerifier, redirectUri) {
      const { token_endpoint: tokenUrl } = await discover();
      const { clientId, clientSecret } = settings;
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: redirectUri,
        client_id: clientId,
      });
      if (clientSecret !== undefined) form.set('client_secret', clientSecret);
      const answer = await fetch(tokenUrl, {
        method: 'POST',
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
      const tokens = tokensSchema.parse(await answer.json());
      return { idToken: tokens.id_token, accessToken: tokens.access_token };
    },

    async verify({ idToken, accessToken }, nonce) {
      const { issuer, clientId, rolesClaim } = settings;
      const { jwks_uri: uri } = await discover();
      const { payload, protectedHeader } = await jwtVerify(idToken, keysAt(uri), {
        issuer,
        audience: clientId,
        algorithms: Object.keys(ALGORITHMS),
        requiredClaims: ['sub', 'exp', 'iat', 'nonce'],
        clockTolerance: SKEW_S,
        maxTokenAge: MAX_AGE_S,
        currentDate: new Date(now()),
      });
      const parties = Array.isArray(payload.aud) ? payload.aud : [payload.aud];
      const { azp } = payload;
      if ((parties.length > 1 || azp !== undefined) && azp !== clientId) throw new Error('another azp');
      if (payload['nonce'] !== nonce) throw new Error('another nonce');
      const expected = halfHash(accessToken, ALGORITHMS[protectedHeader.alg] ?? '');
      if (payload['at_hash'] !== undefined && payload['at_hash'] !== expected)
        throw new Error('another at_hash');
      return identityOf(payload, rolesClaim);
    },
  };
}

function identityOf(payload: Readonly<Record<string, unknown>>, rolesClaim: string): Identity {
  const text = (name: string): string | null => {
    const value = payload[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  };
  const groups = payload[rolesClaim];
  return {
    issuer: String(payload['iss']),
    subject: String(payload['sub']),
    name: text('name') ?? text('preferred_username') ?? String(payload['sub']),
    email: text('email'),
    groups: (Array.isArray(groups) ? groups : [groups]).filter((group) => typeof group === 'string'),
  };
}

function halfHash(token: string, algorithm: string): string {
  const hash = createHash(algorithm).update(token, 'ascii').digest();
  return hash.subarray(0, hash.length / 2).toString('base64url');
}
