import type { Exchange } from '../wire/exchange.js';
import { emptyReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { exchangeAuthorizationCode } from './authorization-code.js';
import { decodeAssertion } from './client-assertion.js';
import { grantClientCredentials } from './client-credentials.js';
import { refreshUserToken } from './refresh.js';
import { tokenError } from './token-errors.js';
import { exchangeToken } from './token-exchange.js';

type Grant = (world: World, form: URLSearchParams) => Reply | Promise<Reply>;

const GRANTS: Readonly<Record<string, Grant>> = {
  client_credentials: grantClientCredentials,
  'urn:ietf:params:oauth:grant-type:token-exchange': exchangeToken,
  refresh_token: refreshUserToken,
  authorization_code: exchangeAuthorizationCode,
};

/** The form of a token request, which is recorded even if the request is rejected. */
function formOf(exchange: Exchange): URLSearchParams {
  return new URLSearchParams(exchange.body.toString('utf8'));
}

/** Notes grant, client id, jti, kid and subject of a token request, none of them verified. */
export function identifyTokenRequest(world: World, exchange: Exchange): void {
  const { notes } = exchange;
  const form = formOf(exchange);
  const grantType = form.get('grant_type');
  if (grantType !== null) notes.grantType = grantType;
  const assertion = decodeAssertion(form.get('client_assertion') ?? '');
  const apiKey = assertion === undefined ? form.get('client_id') : assertion.claims['iss'];
  if (typeof apiKey === 'string') {
    notes.apiKey = apiKey;
    const application = world.applications.get(apiKey);
    if (application !== undefined) notes.applicationId = application.applicationId;
  }
  if (typeof assertion?.claims['jti'] === 'string') notes.jti = assertion.claims['jti'];
  if (typeof assertion?.header['kid'] === 'string') notes.kid = assertion.header['kid'];
  const userId =
    decodeAssertion(form.get('subject_token') ?? '')?.claims['sub'] ??
    world.userGrants.userOf(form.get('refresh_token') ?? '');
  if (typeof userId === 'string') notes.userId = userId;
}

/** `POST /oauth2/token` (docs/reference/protocol-facts.md §3, §5, §6). */
export async function answerTokenRequest(world: World, exchange: Exchange): Promise<Reply> {
  if (exchange.method !== 'POST') return emptyReply(405, [['Allow', 'POST']]);
  // String equality, as in the policy's condition: a charset parameter is rejected.
  if (exchange.headers['content-type'] !== 'application/x-www-form-urlencoded')
    return tokenError('contentType');
  const form = formOf(exchange);
  const grantType = form.get('grant_type');
  if (!grantType) return tokenError('grantTypeMissing');
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined;
  return grant === undefined ? tokenError('grantTypeInvalid') : grant(world, form);
}
