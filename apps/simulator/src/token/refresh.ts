import { isReply, jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { applicationBySecret } from './client-secret.js';
import { tokenError } from './token-errors.js';
import { accessTokenLife, refreshTokenLife } from './token-life.js';
import { userTokenMembers } from './user-grants.js';

/** A refresh, with API key and secret and no signed JWT (docs/reference/protocol-facts.md §5). */
export function refreshUserToken(world: World, form: URLSearchParams): Reply {
  const application = applicationBySecret(world, form);
  if (isReply(application)) return application;
  const refreshToken = form.get('refresh_token');
  if (!refreshToken) return tokenError('refreshMissing');
  if (world.settings.rateLimits && world.tokenLimiter.take(application.apiKey) !== 'ok')
    return tokenError('rateLimited');
  const tokens = world.userGrants.refresh(
    application.apiKey,
    refreshToken,
    accessTokenLife(form),
    refreshTokenLife(form),
  );
  if (tokens === 'invalid') return tokenError('refreshInvalid');
  if (tokens === 'expired') return tokenError('refreshExpired');
  return jsonReply(200, userTokenMembers(tokens));
}
