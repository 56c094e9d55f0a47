import { decodeAssertion } from '../token/client-assertion.js';
import { tokenError } from '../token/token-errors.js';
import { queryOf, type Exchange } from '../wire/exchange.js';
import type { Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { APIM_CLIENT_ID } from './apim-client.js';
import { callbackUrl, redirect } from './authorize.js';
import type { CombinedUser } from './combined-sign-ins.js';

/** `GET /oauth2/callback`: CIS2 sends the browser here, and APIM sends it on to the application with a code of its own. */
export async function answerCallback(world: World, exchange: Exchange): Promise<Reply> {
  const query = queryOf(exchange.path);
  const pending = world.combinedSignIns.takePending(query.get('state') ?? '');
  if (pending === undefined) return tokenError('stateInvalid');
  const { apiKey, redirectUri, state } = pending;
  const error = query.get('error');
  if (error !== null) {
    const description = query.get('error_description') ?? '';
    return redirect(redirectUri, { error, error_description: description, state });
  }
  const user = await userOf(world, query.get('code') ?? '');
  if (user === undefined) return tokenError('unknown');
  return redirect(redirectUri, { code: world.combinedSignIns.issueCode(apiKey, user), state });
}

/** The person whom CIS2 signed in; undefined if it refuses the code or can't be reached. */
async function userOf(world: World, code: string): Promise<CombinedUser | undefined> {
  const issuer = world.addresses.cis2Issuer;
  const client = world.cis2.clients.get(APIM_CLIENT_ID);
  try {
    const answer = await fetch(`${issuer}/access_token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: callbackUrl(world),
        client_id: APIM_CLIENT_ID,
        client_secret: client?.clientSecret ?? '',
      }),
    });
    const { access_token: accessToken, id_token: idToken } = (await answer.json()) as Record<string, string>;
    const claims = decodeAssertion(idToken ?? '')?.claims;
    if (claims === undefined) return undefined;
    const userinfo = await fetch(`${issuer}/userinfo`, {
      headers: { Authorization: `Bearer ${accessToken ?? ''}` },
    });
    return {
      userId: String(claims['sub']),
      aal: Number(claims['authentication_assurance_level']),
      ial: Number(claims['id_assurance_level']),
      sid: String(claims['sid']),
      userinfo: await userinfo.json(),
    };
  } catch {
    return undefined;
  }
}
