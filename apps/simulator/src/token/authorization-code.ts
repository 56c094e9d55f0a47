import { isReply, jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { applicationBySecret } from './client-secret.js';
import { tokenError } from './token-errors.js';
import { scopesAtLevel } from './token-exchange.js';
import { accessTokenLife, refreshTokenLife } from './token-life.js';
import { userTokenMembers } from './user-grants.js';

/** The code of combined authentication for tokens, without an ID token (docs/reference/protocol-facts.md §6). */
export function exchangeAuthorizationCode(world: World, form: URLSearchParams): Reply {
  const application = applicationBySecret(world, form);
  if (isReply(application)) return application;
  const redirectUri = form.get('redirect_uri');
  if (!redirectUri) return tokenError('redirectUriMissing');
  if (redirectUri !== application.callbackUrl) return tokenError('redirectUriInvalid');
  const code = form.get('code');
  if (!code) return tokenError('codeMissing');
  if (world.settings.rateLimits && world.tokenLimiter.take(application.apiKey) !== 'ok')
    return tokenError('rateLimited');
  const user = world.combinedSignIns.takeCode(application.apiKey, code);
  if (user === undefined) return tokenError('codeInvalid');
  const scopes = scopesAtLevel(application.products, user.aal);
  if (scopes.length === 0) return tokenError('noProduct');
  const tokens = world.userGrants.start(
    { ...user, apiKey: application.apiKey, pattern: 'combined', scopes },
    accessTokenLife(form),
    refreshTokenLife(form),
  );
  return jsonReply(200, userTokenMembers(tokens));
}
