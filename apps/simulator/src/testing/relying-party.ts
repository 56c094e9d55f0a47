import {
  createHash,
  randomBytes,
  randomUUID,
  sign,
  verify,
  createPublicKey,
  type JsonWebKey,
} from 'node:crypto';
import { signingKey, type Harness } from './harness.js';

export const CLIENT = 'referwell-int';
export const REDIRECT_URI = 'http://127.0.0.1:9/auth/cis2/callback';
export const SCOPE = 'openid profile nhsperson nationalrbacaccess associatedorgs';
const VERIFIER = randomBytes(32).toString('base64url');

export type Claims = Readonly<Record<string, unknown>>;

/** Registers the standard CIS2 client with these changes. */
export const putClient = (h: Harness, change: Claims = {}): Promise<unknown> =>
  h.control('PUT', `/cis2/clients/${CLIENT}`, {
    redirectUris: [REDIRECT_URI],
    jwksUrl: h.jwksUrl,
    auth: 'private_key_jwt',
    signingAlgorithm: 'RS512',
    idTokenAlgorithm: 'RS256',
    ...change,
  });

/** The address to which a relying party sends the browser; `null` leaves a parameter out. */
export function authorizeUrl(h: Harness, change: Readonly<Record<string, string | null>> = {}): string {
  const parameters: Record<string, string | null> = {
    client_id: CLIENT,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: SCOPE,
    state: 'state-1',
    nonce: 'nonce-1',
    max_age: '300',
    acr_values: 'AAL3_ANY',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  };
  const url = new URL(`${h.sim.cis2Issuer}/authorize`);
  for (const [name, value] of Object.entries(parameters))
    if (value !== null) url.searchParams.set(name, value);
  return url.href;
}

/** Follows redirects as a browser does until one leads to `until`, choosing `userId` on the page. */
export async function signIn(
  start: string,
  userId: string,
  until: string,
  cookies = new Map<string, string>(),
): Promise<URL> {
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step++) {
    const response = await fetch(url, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        Accept: 'text/html',
      },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';', 1);
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    form = undefined;
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url).href;
      if (url.startsWith(until)) return new URL(url);
    } else if (response.status === 200) form = new URLSearchParams({ person: userId });
    else throw new Error(`${url}: ${response.status} ${await response.text()}`);
  }
  throw new Error('the sign-in went round in circles');
}

/** The code that CIS2 hands out when `userId` signs in. */
export async function codeOf(
  h: Harness,
  userId: string,
  change?: Readonly<Record<string, string | null>>,
): Promise<string> {
  const landed = await signIn(authorizeUrl(h, change), userId, REDIRECT_URI);
  return landed.searchParams.get('code') ?? '';
}

/** A client assertion for CIS2, signed by the key of the harness. */
export function clientAssertion(h: Harness, alg: 'RS256' | 'RS512' = 'RS512', change: Claims = {}): string {
  const nowS = Math.floor(Date.now() / 1000);
  const claims = {
    iss: CLIENT,
    sub: CLIENT,
    aud: `${h.sim.cis2Issuer}/access_token`,
    jti: randomUUID(),
    iat: nowS,
    exp: nowS + 60,
    ...change,
  };
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg, kid: 'test-1', typ: 'JWT' })}.${encode(claims)}`;
  return `${input}.${sign(`sha${alg.slice(2)}`, Buffer.from(input), signingKey).toString('base64url')}`;
}

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Exchanges a code; without `authentication` by an RS512 assertion. */
export async function exchangeCode(
  h: Harness,
  code: string,
  authentication: Readonly<Record<string, string>> = {
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: clientAssertion(h),
  },
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: Record<string, string> }> {
  const response = await fetch(`${h.sim.cis2Issuer}/access_token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      ...authentication,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

export function decode(token: string): { header: Claims; claims: Claims } {
  const [header = '', claims = ''] = token.split('.');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Claims;
  return { header: parse(header), claims: parse(claims) };
}

/** Whether the token is signed by a key that the issuer publishes now. */
export async function isSignedByIssuer(token: string, issuer: string): Promise<boolean> {
  const { keys } = (await (await fetch(`${issuer}/connect/jwk_uri`)).json()) as { keys: JsonWebKey[] };
  const { header } = decode(token);
  const jwk = keys.find((key) => key['kid'] === header['kid']);
  if (jwk === undefined) return false;
  const [head, body, signature = ''] = token.split('.');
  return verify(
    `sha${String(header['alg']).slice(2)}`,
    Buffer.from(`${head}.${body}`),
    createPublicKey({ key: jwk, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  );
}
