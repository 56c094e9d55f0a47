/** The forms that API Management's token endpoint takes (docs/reference/protocol-facts.md §3.2, §5, §6). */

export type TokenForm = Readonly<Record<string, string>>;

/** How a token was requested, as the audit trail and the metrics name it. */
export type TokenGrant = 'client_credentials' | 'exchange' | 'refresh' | 'authorization_code';

/** @param clientAssertion a compact JWS over `clientAssertion` */
export function clientCredentialsForm(clientAssertion: string): TokenForm {
  return { grant_type: 'client_credentials', ...signedBy(clientAssertion) };
}

/** Token exchange (RFC 8693). @param idToken that of CIS2, unexpired */
export function exchangeForm(clientAssertion: string, idToken: string): TokenForm {
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    subject_token: idToken,
    ...signedBy(clientAssertion),
  };
}

/** A refresh is not signed: API key and secret stand for the application. The refresh token can be used once. */
export function refreshForm(apiKey: string, apiSecret: string, refreshToken: string): TokenForm {
  return {
    grant_type: 'refresh_token',
    client_id: apiKey,
    client_secret: apiSecret,
    refresh_token: refreshToken,
  };
}

/**
 * The code of combined authentication, which is not signed either. It can be used once.
 * @param redirectUri exactly as the sign-in began with it
 */
export function authorizationCodeForm(
  { apiKey, apiSecret }: { readonly apiKey: string; readonly apiSecret: string },
  { code, redirectUri }: { readonly code: string; readonly redirectUri: string },
): TokenForm {
  return {
    grant_type: 'authorization_code',
    client_id: apiKey,
    client_secret: apiSecret,
    redirect_uri: redirectUri,
    code,
  };
}

function signedBy(clientAssertion: string): TokenForm {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion,
  };
}
