import { tokenError } from '../token/token-errors.js';
import type { Exchange } from '../wire/exchange.js';
import { jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { apigeeFault } from './apim-errors.js';
import { bearerToken } from './verify-access-token.js';

/** `GET /oauth2/userinfo`, for tokens of combined authentication only (docs/reference/protocol-facts.md §6). */
export function answerUserinfo(world: World, exchange: Exchange): Reply {
  const token = world.accessTokens.use(bearerToken(exchange) ?? '');
  if (token === undefined)
    return apigeeFault(401, 'Invalid Access Token', 'keymanagement.service.invalid_access_token');
  if (token.expiresAtMs <= world.clock.nowMs())
    return apigeeFault(401, 'Access Token expired', 'keymanagement.service.access_token_expired');
  const grant = world.userGrants.get(token.grantId ?? '');
  return grant?.pattern === 'combined' ? jsonReply(200, grant.userinfo) : tokenError('userinfoSeparate');
}
