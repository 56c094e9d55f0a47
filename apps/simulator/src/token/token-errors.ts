import { randomInt } from 'node:crypto';
import { jsonReply, type Reply } from '../wire/reply.js';

/**
 * Every error of the identity service: status, error, description (docs/reference/protocol-facts.md §3.5; the words
 * are those of identity-service-api policies, validate-client-assertion-claims.js and its end-to-end tests).
 */
export const TOKEN_ERRORS = {
  contentType: [415, 'invalid_request', 'Content-Type header must be application/x-www-form-urlencoded'],
  grantTypeMissing: [400, 'invalid_request', 'grant_type is missing'],
  grantTypeInvalid: [400, 'unsupported_grant_type', 'grant_type is invalid'],
  assertionType: [
    400,
    'invalid_request',
    "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
  ],
  assertionMissing: [400, 'invalid_request', 'Missing client_assertion'],
  assertionMalformed: [400, 'invalid_request', 'Malformed JWT in client_assertion'],
  algMissing: [400, 'invalid_request', "Missing 'alg' header in client_assertion JWT"],
  algInvalid: [
    400,
    'invalid_request',
    "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'",
  ],
  expired: [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired"],
  kidMissing: [400, 'invalid_request', "Missing 'kid' header in client_assertion JWT"],
  typInvalid: [400, 'invalid_request', "Invalid 'typ' header in client_assertion JWT - must be 'JWT'"],
  expMissing: [400, 'invalid_request', "Missing 'exp' claim in client_assertion JWT"],
  expType: [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - must be an integer"],
  issSub: [400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT"],
  jtiMissing: [400, 'invalid_request', "Missing 'jti' claim in client_assertion JWT"],
  jtiType: [
    400,
    'invalid_request',
    "Invalid 'jti' claim in client_assertion JWT - must be a unique string value such as a GUID",
  ],
  jtiReused: [400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT"],
  expTooFar: [
    400,
    'invalid_request',
    "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future",
  ],
  unknownClient: [401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT"],
  notApproved: [
    401,
    'access_denied',
    'The developer app associated with the API key is not approved or revoked',
  ],
  rateLimited: [429, 'ratelimit_exceeded', 'The rate limit was exceeded'],
  noPublicKey: [
    403,
    'public_key error',
    'You need to register a public key to use this authentication method - please contact support to configure',
  ],
  jwksUnreachable: [403, 'public_key error', "The JWKS endpoint, for your client_assertion can't be reached"],
  kidUnknown: [
    401,
    'invalid_request',
    "Invalid 'kid' header in client_assertion JWT - no matching public key",
  ],
  aud: [401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT"],
  signature: [401, 'public_key error', 'JWT signature verification failed'],
  noProduct: [
    401,
    'unauthorized_client',
    'you have tried to request authorization but your application is not configured to use this authorization grant type',
  ],
  subjectType: [
    400,
    'invalid_request',
    "missing or invalid subject_token_type - must be 'urn:ietf:params:oauth:token-type:id_token'",
  ],
  subjectMissing: [400, 'invalid_request', 'Missing subject_token'],
  subjectMalformed: [400, 'invalid_request', 'Malformed JWT in subject_token'],
  subjectKid: [400, 'invalid_request', "Missing 'kid' header in subject_token JWT"],
  subjectTyp: [400, 'invalid_request', "Invalid 'typ' header in subject_token JWT - must be 'JWT'"],
  subjectAlgMissing: [400, 'invalid_request', "Missing 'alg' header in subject_token JWT"],
  // No source has these words; they follow those for client_assertion.
  subjectAlg: [
    400,
    'invalid_request',
    "Invalid 'alg' header in subject_token JWT - unsupported JWT algorithm",
  ],
  subjectExpMissing: [400, 'invalid_request', "Missing 'exp' claim in subject_token JWT"],
  subjectExpType: [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - must be an integer"],
  subjectExpired: [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - JWT has expired"],
  subjectIssMissing: [400, 'invalid_request', "Missing 'iss' claim in subject_token JWT"],
  subjectIss: [400, 'invalid_request', "Missing or non-matching 'iss' claim in subject_token JWT"],
  subjectAudMissing: [401, 'invalid_request', "Missing 'aud' claim in subject_token JWT"],
  subjectKidUnknown: [
    401,
    'invalid_request',
    "Invalid 'kid' header in subject_token JWT - no matching public key",
  ],
  clientIdMissing: [401, 'invalid_request', 'client_id is missing'],
  clientIdInvalid: [401, 'invalid_request', 'client_id is invalid'],
  clientSecretMissing: [401, 'invalid_request', 'client_secret is missing'],
  clientInvalid: [401, 'invalid_client', 'client_id or client_secret is invalid'],
  refreshMissing: [400, 'invalid_request', 'refresh_token is missing'],
  refreshInvalid: [401, 'invalid_grant', 'refresh_token is invalid'],
  refreshExpired: [401, 'invalid_grant', 'refresh token refresh period has expired'],
  redirectUriMissing: [400, 'invalid_request', 'redirect_uri is missing'],
  redirectUriInvalid: [400, 'invalid_request', 'redirect_uri is invalid'],
  codeMissing: [400, 'invalid_request', 'authorization_code is missing'],
  codeInvalid: [400, 'invalid_grant', 'authorization_code is invalid'],
  stateInvalid: [400, 'invalid_request', 'Invalid state parameter.'],
  userinfoSeparate: [
    400,
    'invalid_request',
    'The Userinfo endpoint is only supported for Combined Auth integrations. Currently this is only for NHS CIS2 authentications - for more guidance see https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/user-restricted-restful-apis-nhs-cis2-combined-authentication-and-authorisation',
  ],
  unknown: [
    500,
    'unknown_error',
    'An unknown error occurred processing this request. Contact us for assistance diagnosing this issue: https://digital.nhs.uk/developer/help-and-support quoting Message ID',
  ],
} as const satisfies Record<string, readonly [number, string, string]>;

export type TokenErrorName = keyof typeof TOKEN_ERRORS;

/** The JSON of an error: `{error, error_description, message_id}`. */
export function tokenError(name: TokenErrorName): Reply {
  const [status, error, description] = TOKEN_ERRORS[name];
  return jsonReply(status, { error, error_description: description, message_id: messageId() });
}

/** An Apigee message id, as NHS support needs it: `rrt-<number>-<letter>-geu2-<n>-<n>-1`. */
export function messageId(): string {
  return `rrt-${randomInt(2 ** 47)}-b-geu2-${randomInt(100_000)}-${randomInt(100_000_000)}-1`;
}
