/** How this client authenticates at a provider's token endpoint (OpenID Connect Core 1.0 §9). */
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  None,
  type ServerMetadata,
} from 'openid-client';
import {
  type OpenIdAssertionAlgorithm,
  openIdAssertionAlgorithm,
} from '@gatehouse/domain/apim/openid-assertion';
import type { ClientKey } from '../client-key.js';
import { misconfigured } from './provider-fault.js';

const WITH_SECRET = {
  client_secret_basic: ClientSecretBasic,
  client_secret_post: ClientSecretPost,
  client_secret_jwt: ClientSecretJwt,
} as const;

export type SecretMethod = keyof typeof WITH_SECRET;
export const SECRET_METHODS = Object.keys(WITH_SECRET) as readonly SecretMethod[];

/**
 * @param clientSecret undefined for a public client, which PKCE alone protects
 * @param clientAuth the method to use whatever the discovery document says
 */
export function clientAuthentication({
  clientSecret,
  clientAuth,
}: {
  readonly clientSecret: string | undefined;
  readonly clientAuth: SecretMethod | undefined;
}): ClientAuth {
  if (clientSecret === undefined) return None();
  return (metadata, client, body, headers) =>
    WITH_SECRET[clientAuth ?? methodOf(metadata)](clientSecret)(metadata, client, body, headers);
}

/**
 * With a key in KMS (private_key_jwt). openid-client has this for keys in memory only.
 * @param registered the algorithm that the client is registered with; null: the best that the provider takes
 */
export function privateKeyAuthentication(
  key: Pick<ClientKey, 'sign'>,
  registered: OpenIdAssertionAlgorithm | null = null,
): ClientAuth {
  const authenticate = async (...[metadata, client, body]: Parameters<ClientAuth>): Promise<void> => {
    const algorithms = metadata.token_endpoint_auth_signing_alg_values_supported;
    const algorithm = registered ?? openIdAssertionAlgorithm(algorithms);
    if (algorithm === null)
      throw misconfigured(
        `the provider takes assertions signed with ${String(algorithms).slice(0, 200)} only`,
      );
    const tokenUrl = metadata.token_endpoint ?? '';
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', await key.sign(client.client_id, tokenUrl, algorithm));
  };
  // openid-client awaits it, although its type says void.
  // oxlint-disable-next-line typescript/no-misused-promises
  return authenticate;
}

/**
 * The first of ours that the provider takes. One that names none takes client_secret_basic
 * (OpenID Connect Discovery 1.0 §3).
 */
function methodOf({ token_endpoint_auth_methods_supported: named }: ServerMetadata): SecretMethod {
  const method = SECRET_METHODS.find((each) => (named ?? ['client_secret_basic']).includes(each));
  if (method === undefined)
    throw misconfigured(
      `the provider takes no client secret, only ${(named ?? []).join(', ').slice(0, 200)}`,
    );
  return method;
}
