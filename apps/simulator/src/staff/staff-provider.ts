/** The local identity provider for staff: OpenID Connect by discovery, code flow with PKCE, RS256, no passwords. */
import { generateKeyPair, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { Provider } from 'oidc-provider';
import { sendPage } from '../people/people-page.js';
import { collectBody } from '../wire/collect-body.js';
import { loginPage } from './login-page.js';
import { emailOf, personOf } from './people.js';

export const CLIENT_ID = 'gatehouse';
const MAX_FORM_BYTES = 4_096;
const INTERACTION = /^\/interaction\/[\w-]{1,64}$/;

/** @param issuer the address of this provider, which its answers contain */
export async function staffProvider(issuer: string): Promise<RequestListener> {
  const provider = await createProvider(issuer);
  const protocol = provider.callback();
  return (request, response) => {
    if (!INTERACTION.test(request.url ?? '')) {
      void protocol(request, response);
      return;
    }
    interact(provider, request, response).catch((error: unknown) => {
      response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' });
      response.end(`This sign-in can't go on; begin again from Gatehouse. (${String(error)})`);
    });
  };
}

async function createProvider(issuer: string): Promise<Provider> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      {
        client_id: CLIENT_ID,
        // For a native client the port of a loopback address is ignored.
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: ['http://localhost/auth/callback', 'http://127.0.0.1/auth/callback'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    // Every sign-in shows the page, so that one browser can be each person in turn.
    ttl: { Session: 1, Interaction: 600, Grant: 600, AuthorizationCode: 60, AccessToken: 300, IdToken: 300 },
    expiresWithSession: () => false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => {
      const person = personOf(id);
      if (person === undefined) return undefined;
      const { name, groups } = person;
      return {
        accountId: id,
        claims: () => Promise.resolve({ sub: id, name, email: emailOf(person), groups: [...groups] }),
      };
    },
  });
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    sendPage(response, loginPage(request.url ?? ''));
    return;
  }
  const form = new URLSearchParams((await collectBody(request, MAX_FORM_BYTES)).toString('utf8'));
  const accountId = form.get('person') ?? '';
  if (personOf(accountId) === undefined) throw new Error('nobody of that name is here');
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId }, consent: { grantId } });
}
