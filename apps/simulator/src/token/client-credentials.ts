import { APPLICATION_SCOPE } from '../access-tokens.js';
import { isReply, jsonReply, type Reply } from '../wire/reply.js';
import type { World } from '../world.js';
import { tokenError } from './token-errors.js';
import { accessTokenLife, expiresIn } from './token-life.js';
import { isJwtBearer, verifyClientAssertion } from './verified-assertion.js';

/** Client credentials with a signed JWT (docs/reference/protocol-facts.md §3). */
export async function grantClientCredentials(world: World, form: URLSearchParams): Promise<Reply> {
  if (!isJwtBearer(form)) return tokenError('assertionType');
  const verified = await verifyClientAssertion(world, form);
  if (isReply(verified)) return verified;
  const { application, kid } = verified;
  const scopes = applicationScopes(application.products);
  if (scopes.length === 0) return tokenError('noProduct');
  const lifeMs = accessTokenLife(form);
  const accessToken = world.accessTokens.issue(
    { apiKey: application.apiKey, authType: 'app', scopes, kid },
    lifeMs,
  );
  world.requests.counters.tokensIssued += 1;
  return jsonReply(200, {
    access_token: accessToken,
    expires_in: expiresIn(lifeMs),
    token_type: 'Bearer',
    issued_at: String(world.clock.nowMs()),
  });
}

/** The application scopes of the products; scopes of user-restricted products are left out. */
function applicationScopes(products: readonly string[]): string[] {
  return products
    .filter((product) => product !== 'user-restricted')
    .map((product) =>
      product === 'application-restricted' ? APPLICATION_SCOPE : `urn:nhsd:apim:app:level3:${product}`,
    );
}
