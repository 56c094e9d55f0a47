/** How this client authenticates at a provider's token endpoint (OpenID Connect Core 1.0 §9). */
import {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  None,
  type ServerMetadata,
} from 'openid-client';
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

/** The first of ours that the provider takes. Where it names none, that is client_secret_basic (Discovery 1.0 §3). */
function methodOf({ token_endpoint_auth_methods_supported: named }: ServerMetadata): SecretMethod {
  const method = SECRET_METHODS.find((each) => (named ?? ['client_secret_basic']).includes(each));
  if (method === undefined)
    throw misconfigured(
      `the provider takes no client secret, only ${(named ?? []).join(', ').slice(0, 200)}`,
    );
  return method;
}
