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
  /** How to authenticate at the token endpoint; by default, as the provider's discovery document says. */
  readonly clientAuth: ClientAuth | undefined;
  /** The claim that holds groups or roles, or the path to it: `realm_access.roles`. */
  readonly rolesClaim: string;
}

export type ClientAuth = 'client_secret_basic' | 'client_secret_post';

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

/** Nobody can sign in until an operator changes the settings here or at the provider. */
export class ProviderMisconfigured extends Error {
  override readonly name = 'ProviderMisconfigured';
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
  /** Left out, it means client_secret_basic (OpenID Connect Discovery 1.0 §3). */
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
});
/** RFC 6749 §5.2. */
const tokenErrorSchema = z.object({ error: z.string(), error_description: z.string().default('') });
/** Errors about the client, which no person who signs in can do anything about. */
const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
]);
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
    if (metadata.issuer !== settings.issuer) {
      const slash = metadata.issuer.replace(/\/$/, '') === settings.issuer.replace(/\/$/, '');
      const why = slash ? 'only a slash at the end differs' : 'they must be equal';
      throw new ProviderMisconfigured(
        `the provider names another issuer than GATEHOUSE_STAFF_ISSUER: ${why}`,
      );
    }
    const endpoints = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri];
    if (
      new URL(settings.issuer).protocol === 'https:' &&
      endpoints.some((to) => new URL(to).protocol !== 'https:')
    )
      throw new ProviderMisconfigured('the provider has https and names endpoints without it');
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
      const metadata = await discover();
      const form = new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: redirectUri,
      });
      const answer = await fetch(metadata.token_endpoint, {
        method: 'POST',
        headers: authenticate(form, settings, metadata.token_endpoint_auth_methods_supported),
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok) throw await tokenError(answer);
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

/** Adds the client's credentials to the form, or returns the header that carries them. */
function authenticate(
  form: URLSearchParams,
  { clientId, clientSecret, clientAuth }: StaffSignIn,
  supported: readonly string[],
): Record<string, string> {
  if (clientSecret === undefined) {
    form.set('client_id', clientId);
    return {};
  }
  const methods: readonly ClientAuth[] = ['client_secret_basic', 'client_secret_post'];
  const method = clientAuth ?? methods.find((name) => supported.includes(name));
  if (method === 'client_secret_basic') {
    // RFC 6749 §2.3.1: both are form-encoded first.
    const [id, secret] = [clientId, clientSecret].map((text) =>
      new URLSearchParams({ '': text }).toString().slice(1),
    );
    return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
  }
  if (method === undefined) {
    throw new ProviderMisconfigured(`the provider takes no client secret, only ${supported.join(', ')}`);
  }
  form.set('client_id', clientId);
  form.set('client_secret', clientSecret);
  return {};
}

/** The provider's own words, for the log. */
async function tokenError(answer: Response): Promise<Error> {
  const body: unknown = await answer.json().catch(() => null);
  const { error, error_description: description } = tokenErrorSchema.safeParse(body).data ?? {};
  const said = error === undefined ? '' : `: ${error} ${description ?? ''}`.trimEnd().slice(0, 300);
  const message = `the token endpoint answered ${answer.status}${said}`;
  return CLIENT_ERRORS.has(error ?? '') ? new ProviderMisconfigured(message) : new Error(message);
}

/** The claim of that name, or where a path of names leads. */
function claimAt(payload: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  return path.split('.').reduce<unknown>((value, name) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isObject ? (value as Record<string, unknown>)[name] : undefined;
  }, payload);
}

function identityOf(payload: Readonly<Record<string, unknown>>, rolesClaim: string): Identity {
  const text = (name: string): string | null => {
    const value = payload[name];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  };
  const groups = claimAt(payload, rolesClaim);
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
