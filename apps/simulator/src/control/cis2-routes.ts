import { randomUUID } from 'node:crypto';
import { DEFAULT_ACR, SCOPES } from '../cis2/cis2.js';
import type { Cis2ClientInput } from '../cis2/clients.js';
import { idToken } from '../cis2/id-token.js';
import { signInOf } from '../cis2/interaction.js';
import { logOut } from '../cis2/logout.js';
import { SIGNATURES } from '../cis2/signing-keys.js';
import { signChanged, type SignInChange, type TokenChange } from '../cis2/token-change.js';
import type { World } from '../world.js';
import { objectBody } from './control-body.js';
import { ControlError } from './control-error.js';
import type { ControlCall, ControlRoute } from './control-route.js';

/** CIS2: its clients, tokens with any fault, sign-ins, logout and keys. */
export const CIS2_ROUTES: readonly ControlRoute[] = [
  { method: 'GET', path: /^\/cis2\/clients$/, run: (world) => world.cis2.clients.list() },
  {
    method: 'PUT',
    path: /^\/cis2\/clients\/([^/]+)$/,
    run: (world, { params: [clientId = ''], body }) =>
      world.cis2.clients.put(clientId, objectBody<Cis2ClientInput>(body)),
  },
  {
    method: 'DELETE',
    path: /^\/cis2\/clients\/([^/]+)$/,
    run: async (world, { params: [clientId = ''] }) => ({
      deleted: await world.cis2.clients.delete(clientId),
    }),
  },
  { method: 'POST', path: /^\/cis2\/id-tokens$/, run: mintIdToken },
  { method: 'POST', path: /^\/cis2\/tokens$/, run: mintToken },
  {
    method: 'POST',
    path: /^\/cis2\/changes$/,
    run: (world, { body }) => world.cis2.changes.add(tokenChange<SignInChange>(body)),
  },
  { method: 'DELETE', path: /^\/cis2\/changes$/, run: (world) => world.cis2.changes.clear() },
  { method: 'GET', path: /^\/cis2\/sign-ins$/, run: (world) => world.cis2.signIns.list() },
  { method: 'POST', path: /^\/cis2\/logout$/, run: logOutPerson },
  {
    method: 'POST',
    path: /^\/cis2\/keys\/rotate$/,
    run: async (world, { body }) => ({
      kid: await world.cis2.keys.rotate(objectBody<{ keepOld?: boolean }>(body ?? {}).keepOld ?? true),
    }),
  },
];

function tokenChange<T extends TokenChange>(body: unknown): T {
  const change = objectBody<T>(body);
  if (change.signature !== undefined && !SIGNATURES.includes(change.signature))
    throw new ControlError(400, `signature must be one of ${SIGNATURES.join(', ')}`);
  return change;
}

interface IdTokenOrder extends TokenChange {
  readonly userId: string;
  readonly clientId: string;
  readonly nonce?: string;
  readonly acr?: string;
}

/** An ID token and its access token, as a supplier that signs people in itself would have them. */
async function mintIdToken(world: World, { body }: ControlCall) {
  const { userId, clientId, nonce, acr = DEFAULT_ACR, ...change } = tokenChange<IdTokenOrder>(body);
  const person = world.people.get(userId);
  const client = world.cis2.clients.get(clientId);
  const provider = world.cis2.provider;
  if (person === undefined || client === undefined || provider === undefined)
    throw new ControlError(404, `there is no person ${userId} or no CIS2 client ${clientId}`);
  const signIn = signInOf(person, clientId, acr, world.clock.nowMs());
  const scope = SCOPES.join(' ');
  const grant = new provider.Grant({ accountId: userId, clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  world.cis2.signIns.add(grantId, signIn);
  const oidcClient = await provider.Client.find(clientId);
  if (oidcClient === undefined) throw new ControlError(404, `CIS2 client ${clientId} is not complete`);
  const accessToken = await new provider.AccessToken({
    client: oidcClient,
    accountId: userId,
    grantId,
    scope,
    gty: 'authorization_code',
  }).save();
  const request = { client, person, signIn, accessToken, ...(nonce === undefined ? {} : { nonce }) };
  return { id_token: idToken(world, request, change), access_token: accessToken, sid: signIn.sid };
}

/** Any JWT at all, signed by CIS2's key. Members that are left out of the header have CIS2's values. */
function mintToken(world: World, { body }: ControlCall) {
  const { keys } = world.cis2;
  const header = { typ: 'JWT', alg: 'RS256', kid: keys.kid };
  return { token: signChanged(keys, header, { jti: randomUUID() }, tokenChange<TokenChange>(body)) };
}

async function logOutPerson(world: World, { body }: ControlCall) {
  const { userId, sid, ...change } = tokenChange<TokenChange & { userId?: string; sid?: string }>(body);
  if (userId === undefined && sid === undefined) throw new ControlError(400, 'name userId or sid');
  const signIns = world.cis2.signIns
    .list()
    .filter(
      (signIn) =>
        signIn.endedAtMs === undefined &&
        (userId ?? signIn.userId) === signIn.userId &&
        (sid ?? signIn.sid) === signIn.sid,
    );
  return logOut(world, signIns, change);
}
