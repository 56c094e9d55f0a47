/**
 * Users for a test: applications in both ASID layouts, a client whose supplier signs its users in itself, and sessions
 * that are opened as a supplier's server opens them.
 */
import { randomUUID } from 'node:crypto';
import { ALL_INTERACTIONS, appointOwner } from '../onboard.ts';
import type { Stack } from '../servers/stack.ts';

export const USER_CLIENT = 'ward-web';
const PRODUCT = 'ReferWell';
const CIS2_CLIENT = 'referwell-supplier';

export interface UserApplication {
  /** One organisation, or the allow-list of an application that several share. */
  readonly odsCodes: readonly string[];
  readonly apiKey: string;
  readonly asid: string;
}

export interface Person {
  readonly userId: string;
  /** Functions by organisation. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly aals?: readonly number[];
  readonly onBehalfOf?: readonly string[];
  readonly givenName?: string;
}

export interface OpenedSession {
  readonly handle: string;
  readonly roles: readonly { readonly organisation: string; readonly businessFunction: string }[];
  readonly role: object | null;
}

let asids = 300_000_000_000;

/**
 * Brings one application live for each list of organisations, all of them granted to one client.
 * @returns the applications and the client's key
 */
export async function onboardUsers(
  stack: Stack,
  layouts: readonly (readonly string[])[],
  interactions: readonly string[] = ALL_INTERACTIONS,
): Promise<{ readonly applications: UserApplication[]; readonly clientKey: string }> {
  const applications = layouts.map((odsCodes) => {
    asids += 1;
    return { odsCodes, apiKey: `users-${asids}`, apiSecret: `secret-${asids}`, asid: String(asids) };
  });
  const odsCodes = layouts.flat();
  const binding = { product: PRODUCT, environment: 'local', accessMode: 'user-restricted' };
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      organisations: odsCodes.map((odsCode) => ({ odsCode, name: `Synthetic Trust ${odsCode}` })),
      products: [{ name: PRODUCT }],
      messageSets: [{ name: 'for-users', interactions }],
      applications: applications.map(({ odsCodes: organisations, apiKey, apiSecret, asid }) => ({
        ...{ organisations, ...binding, asid, apiKey, apiSecret, messageSets: ['for-users'], state: 'live' },
      })),
      clients: [
        {
          name: USER_CLIENT,
          environment: 'local',
          grants: odsCodes.map((organisation) => ({
            ...{ organisation, product: PRODUCT, accessMode: 'user-restricted' },
          })),
        },
      ],
    },
  });
  await registerSupplier(stack);
  for (const odsCode of odsCodes) await appointOwner(stack, odsCode);
  for (const application of applications) await registerAtApim(stack, application);
  const { key } = await stack.admin<{ key: string }>('POST', `/clients/local/${USER_CLIENT}/keys`, {});
  await stack.settled();
  return { applications, clientKey: key };
}

/** The CIS2 client with which the supplier signs users of the product in itself. */
export async function registerSupplier(stack: Stack): Promise<void> {
  await stack.simulator.control('PUT', `/cis2/clients/${CIS2_CLIENT}`, {
    redirectUris: ['https://supplier.example/signed-in'],
    auth: 'client_secret',
    clientSecret: 'known-to-the-supplier-alone',
    backChannelUrl: `${stack.gateway.public}/auth/cis2/back-channel-logout`,
  });
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      cis2Clients: [{ product: PRODUCT, environment: 'local', clientId: CIS2_CLIENT, auth: 'supplier' }],
    },
  });
  await stack.settled();
}

async function registerAtApim(
  stack: Stack,
  { odsCodes, apiKey, apiSecret, asid }: UserApplication & { readonly apiSecret: string },
): Promise<void> {
  const key = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', {
    ...{ environment: 'local', organisation: odsCodes[0], product: PRODUCT, accessMode: 'user-restricted' },
  });
  // The public listener is on a free port that was not known when the settings were written.
  const jwksUrl = stack.gateway.public + new URL(key.jwksUrl).pathname;
  await stack.simulator.control('PUT', `/apps/${apiKey}`, {
    name: apiKey,
    apiSecret,
    products: ['user-restricted'],
    attributes: { asid, 'jwks-resource-url': jwksUrl },
  });
}

/** Makes somebody known to CIS2 and e-RS. */
export async function addPerson(stack: Stack, { userId, roles, ...person }: Person): Promise<void> {
  await stack.simulator.control('PUT', `/people/${userId}`, {
    ...person,
    roles: Object.entries(roles).map(([odsCode, businessFunctions]) => ({
      ...{ odsCode, roleName: 'Consultant', businessFunctions },
    })),
  });
}

/** The tokens that a supplier has of somebody whom it signed in at CIS2. */
export const signedInAtCis2 = (
  stack: Stack,
  userId: string,
  change: object = {},
): Promise<{ readonly id_token: string; readonly access_token: string; readonly sid: string }> =>
  stack.simulator.control('POST', '/cis2/id-tokens', { userId, clientId: CIS2_CLIENT, ...change });

/** CIS2 reports that a session at CIS2 has ended. @throws if the report is not accepted */
export async function logOutAtCis2(stack: Stack, sid: string): Promise<void> {
  const nowS = Math.floor(Date.now() / 1000);
  const claims = {
    ...{
      iss: stack.simulator.cis2Issuer,
      aud: CIS2_CLIENT,
      iat: nowS,
      exp: nowS + 120,
      jti: randomUUID(),
      sid,
    },
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  };
  const { token } = await stack.simulator.control<{ token: string }>('POST', '/cis2/tokens', { claims });
  const answer = await fetch(`${stack.gateway.public}/auth/cis2/back-channel-logout`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: `logout_token=${token}`,
  });
  if (answer.status !== 200) throw new Error(`the logout was not accepted: ${answer.status}`);
}

/** Opens a session as the supplier's server does; the answer may be a refusal. */
export async function openSession(
  gateway: { readonly partner: string },
  clientKey: string,
  tokens: { readonly id_token: string; readonly access_token: string },
): Promise<Response> {
  return fetch(`${gateway.partner}/user-sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${clientKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...{ idToken: tokens.id_token, accessToken: tokens.access_token, product: PRODUCT },
    }),
  });
}

/** Signs somebody in and opens their session. @throws if it is refused */
export async function signIn(stack: Stack, clientKey: string, userId: string): Promise<OpenedSession> {
  const answer = await openSession(stack.gateway, clientKey, await signedInAtCis2(stack, userId));
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as OpenedSession;
}
