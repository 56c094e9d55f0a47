import { randomUUID } from 'node:crypto';
import { APIM_CLIENT_ID } from '../apim/apim-client.js';
import type { World } from '../world.js';
import type { Cis2Client } from './clients.js';
import type { SignIn } from './sign-ins.js';
import { signChanged, type TokenChange } from './token-change.js';

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const TIMEOUT_MS = 10_000;

/** What became of a logout token. `status` 0: no answer came. */
export interface LogoutReport {
  readonly clientId: string;
  readonly sid: string;
  readonly url: string;
  readonly status: number;
}

/** Ends these sign-ins and notifies each client that has a back-channel URL. */
export async function logOut(
  world: World,
  signIns: readonly SignIn[],
  change: TokenChange = {},
): Promise<LogoutReport[]> {
  const reports = signIns.map(async (signIn) => {
    signIn.endedAtMs = world.clock.nowMs();
    // APIM has no address of its own for this that the internet could reach.
    if (signIn.clientId === APIM_CLIENT_ID) world.userGrants.revokeSession(signIn.sid);
    const client = world.cis2.clients.get(signIn.clientId);
    if (client?.backChannelUrl === undefined) return [];
    const status = await send(client.backChannelUrl, logoutToken(world, client, signIn, change));
    return [{ clientId: signIn.clientId, sid: signIn.sid, url: client.backChannelUrl, status }];
  });
  return (await Promise.all(reports)).flat();
}

/** A logout token with the claims of docs/reference/protocol-facts.md §7. */
function logoutToken(world: World, client: Cis2Client, signIn: SignIn, change: TokenChange): string {
  const iat = Math.floor(world.clock.nowMs() / 1000);
  const claims = {
    iss: world.addresses.cis2Issuer,
    aud: client.clientId,
    iat,
    exp: iat + 120,
    jti: randomUUID(),
    sub: signIn.userId,
    sid: signIn.sid,
    events: { [LOGOUT_EVENT]: {} },
  };
  const { keys } = world.cis2;
  const header = { typ: 'JWT', alg: client.idTokenAlgorithm, kid: keys.kid };
  return signChanged(keys, header, claims, change);
}

async function send(url: string, token: string): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
