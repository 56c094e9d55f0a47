import { tokenError } from '../token/token-errors.js';
import { scopesAtLevel } from '../token/token-exchange.js';
import { queryOf, type Exchange } from '../wire/exchange.js';
import { emptyReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { APIM_CLIENT_ID } from './apim-client.js';

const SCOPE = 'openid nationalrbacaccess';
const MAX_AGE_S = '300';

/**
 * `GET /oauth2/authorize` of combined authentication (docs/reference/protocol-facts.md §6): no PKCE, no nonce, the
 * redirect URI exactly the registered one. Once that is known, the remaining faults are sent there.
 */
export function answerAuthorize(world: World, exchange: Exchange): Reply {
  if (exchange.method !== 'GET') return emptyReply(405, [['Allow', 'GET']]);
  const query = queryOf(exchange.path);
  const clientId = query.get('client_id');
  if (!clientId) return tokenError('clientIdMissing');
  const application = world.applications.get(clientId);
  if (application === undefined) return tokenError('clientIdInvalid');
  if (application.status !== 'approved') return tokenError('notApproved');
  const redirectUri = query.get('redirect_uri');
  if (!redirectUri) return tokenError('redirectUriMissing');
  if (redirectUri !== application.callbackUrl) return tokenError('redirectUriInvalid');

  const state = query.get('state');
  const refuse = (error: string, description: string) =>
    redirect(redirectUri, { error, error_description: description, ...(state ? { state } : {}) });
  if (!state) return refuse('invalid_request', 'state is missing');
  const responseType = query.get('response_type');
  if (!responseType) return refuse('invalid_request', 'response_type is missing');
  if (responseType !== 'code') return refuse('unsupported_response_type', 'response_type is invalid');
  if (scopesAtLevel(application.products, 3).length === 0) return tokenError('noProduct');
  if (world.settings.rateLimits && world.tokenLimiter.take(clientId) !== 'ok')
    return tokenError('rateLimited');

  return redirect(`${world.addresses.cis2Issuer}/authorize`, {
    client_id: APIM_CLIENT_ID,
    redirect_uri: callbackUrl(world),
    response_type: 'code',
    scope: SCOPE,
    max_age: MAX_AGE_S,
    acr_values: query.get('acr_values') ?? 'AAL3_ANY',
    state: world.combinedSignIns.begin({ apiKey: clientId, redirectUri, state }),
  });
}

/** Where CIS2 sends the browser back to. */
export const callbackUrl = (world: World): string => `${world.addresses.apimUrl}/oauth2/callback`;

export function redirect(to: string, parameters: Readonly<Record<string, string>>): Reply {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return emptyReply(302, [['Location', url.href]]);
}
