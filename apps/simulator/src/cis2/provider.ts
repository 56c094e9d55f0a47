/** CIS2's OpenID provider: discovery, code flow with PKCE, client authentication, userinfo. */
import { randomBytes } from 'node:crypto';
import { Provider, type KoaContextWithOIDC } from 'oidc-provider';
import { APIM_CLIENT_ID } from '../apim/apim-client.js';
import type { World } from '../world.js';
import { ACR_VALUES, SCOPES } from './cis2.js';
import { idToken } from './id-token.js';
import { CIS2_PATH } from './paths.js';
import { providerStore } from './provider-store.js';
import { USERINFO_CLAIMS, userinfoOf } from './userinfo.js';

/** All ports of a host share cookies, and the staff provider uses the usual names. */
export const SESSION_COOKIE = '_cis2_session';
const ALGORITHMS = ['RS256', 'RS512'] as const;
const TTL_S = { Interaction: 600, Grant: 43_200, AuthorizationCode: 60, AccessToken: 3_600, IdToken: 3_600 };

export function createProvider(world: World): Provider {
  const provider = new Provider(world.addresses.cis2Issuer, {
    adapter: providerStore(world.cis2.clients),
    jwks: { keys: [world.cis2.keys.privateJwk] },
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: SESSION_COOKIE, interaction: '_cis2_interaction', resume: '_cis2_resume' },
    },
    routes: {
      authorization: '/authorize',
      token: '/access_token',
      userinfo: '/userinfo',
      jwks: '/connect/jwk_uri',
    },
    discovery: { backchannel_logout_supported: true, backchannel_logout_session_supported: true },
    acrValues: ACR_VALUES,
    scopes: SCOPES,
    claims: USERINFO_CLAIMS,
    // APIM, which signs people in for combined authentication, has no PKCE.
    pkce: { required: (_context, client) => client.clientId !== APIM_CLIENT_ID },
    clientAuthMethods: ['private_key_jwt', 'client_secret_post', 'client_secret_basic'],
    enabledJWA: {
      idTokenSigningAlgValues: [...ALGORITHMS],
      clientAuthSigningAlgValues: [...ALGORITHMS],
    },
    extraClientMetadata: { properties: ['revision'] },
    // Without the provider's dispatcher, which refuses loopback addresses: here everything is on one.
    fetch: (url, options) => {
      world.requests.counters.cis2JwksFetches += 1;
      const { dispatcher: _refusesLoopback, ...rest } = options ?? {};
      return fetch(url, rest);
    },
    ttl: { Session: 1, ...TTL_S },
    expiresWithSession: () => false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `${CIS2_PATH}/interaction/${uid}` },
    findAccount: (_context, userId) => {
      const person = world.people.get(userId);
      return person === undefined
        ? undefined
        : { accountId: userId, claims: () => Promise.resolve(userinfoOf(person)) };
    },
  });
  provider.use(async (context, next) => {
    await next();
    answerAsCis2(world, context as unknown as KoaContextWithOIDC);
  });
  return provider;
}

/** Publishes the current keys, and replaces the provider's ID token by one with CIS2's claims. */
function answerAsCis2(world: World, context: KoaContextWithOIDC): void {
  const route = (context.oidc as KoaContextWithOIDC['oidc'] | undefined)?.route;
  if (route === 'jwks') context.body = world.cis2.keys.jwks;
  if (route !== 'token' || context.status !== 200) return;
  const { AuthorizationCode: code } = context.oidc.entities;
  const client = world.cis2.clients.get(code?.clientId ?? '');
  const person = world.people.get(code?.accountId ?? '');
  const signIn = world.cis2.signIns.ofGrant(code?.grantId ?? '');
  if (code === undefined || client === undefined || person === undefined || signIn === undefined)
    throw new Error('a code was exchanged that nobody signed in for');
  const body = context.body as { access_token: string };
  const token = idToken(
    world,
    {
      client,
      person,
      signIn,
      accessToken: body.access_token,
      ...(code.nonce === undefined ? {} : { nonce: code.nonce }),
    },
    world.cis2.changes.take(client.clientId, person.userId),
  );
  context.body = { ...body, id_token: token };
}
