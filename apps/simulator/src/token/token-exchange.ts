import { userScope } from '../access-tokens.js';
import { isReply, jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { verifySubjectToken } from './subject-token.js';
import { tokenError } from './token-errors.js';
import { accessTokenLife, refreshTokenLife } from './token-life.js';
import { userTokenMembers } from './user-grants.js';
import { isJwtBearer, verifyClientAssertion } from './verified-assertion.js';

const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token';

/**
 * Token exchange (docs/reference/protocol-facts.md §5): the client assertion first, then the CIS2 ID token, then the
 * scopes that its assurance level leaves. The jti of the assertion is spent either way.
 */
export async function exchangeToken(world: World, form: URLSearchParams): Promise<Reply> {
  if (!isJwtBearer(form)) return tokenError('assertionType');
  if (form.get('subject_token_type') !== ID_TOKEN_TYPE) return tokenError('subjectType');
  const verified = await verifyClientAssertion(world, form);
  if (isReply(verified)) return verified;
  const subject = await verifySubjectToken(world, form);
  if (isReply(subject)) return subject;

  const { application, kid } = verified;
  const { sub, authentication_assurance_level: aal, id_assurance_level: ial } = subject.claims;
  const scopes = scopesAtLevel(application.products, aal);
  if (scopes.length === 0) return tokenError('noProduct');
  const tokens = world.userGrants.start(
    {
      apiKey: application.apiKey,
      userId: String(sub),
      pattern: 'separate',
      scopes,
      aal: Number(aal),
      ial: Number(ial ?? 0),
      kid,
    },
    accessTokenLife(form),
    refreshTokenLife(form),
  );
  world.requests.counters.tokenExchanges += 1;
  return jsonReply(200, {
    ...userTokenMembers(tokens),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
}

/** The scopes of the product that name the level: `:aal3:` for 3 or "3" (FilterScopesTokenExchange.js 3-23). */
export function scopesAtLevel(products: readonly string[], aal: unknown): string[] {
  const scopes = products.includes('user-restricted') ? [userScope(3), userScope(2)] : [];
  return scopes.filter((scope) => scope.includes(`:aal${String(aal)}:`));
}
