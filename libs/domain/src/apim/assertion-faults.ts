/**
 * Why API Management refuses a client assertion, in the order in which it looks and in its own words
 * (docs/reference/protocol-facts.md §3.1, §3.5), and what to change.
 */
export interface AssertionFault {
  /** Of HTTP, with the member `error` and the `error_description` of the answer. */
  readonly status: 400 | 401 | 403;
  readonly error: string;
  readonly description: string;
  readonly whatToDo: string;
  /** Of the assertion: `alg in the header`. */
  readonly place: string;
}

const badRequest = (place: string, description: string, whatToDo: string): AssertionFault => ({
  status: 400,
  error: 'invalid_request',
  description,
  whatToDo,
  place,
});

export const ASSERTION_FAULTS = {
  MALFORMED: badRequest(
    'the whole assertion',
    'Malformed JWT in client_assertion',
    'Send three parts in base64url, joined by dots: a JSON object as header, a JSON object as claims, and the signature.',
  ),
  ALG_MISSING: badRequest(
    'alg in the header',
    "Missing 'alg' header in client_assertion JWT",
    'Write "alg": "RS512" in the header.',
  ),
  ALG_UNSUPPORTED: badRequest(
    'alg in the header',
    "Invalid 'alg' header in client_assertion JWT - unsupported JWT algorithm - must be 'RS512'",
    'Sign with RS512 and write "alg": "RS512" in the header. No other algorithm is accepted.',
  ),
  EXPIRED: badRequest(
    'exp in the claims',
    "Invalid 'exp' claim in client_assertion JWT - JWT has expired",
    'Make a new assertion for each request. If this one is new, correct the clock of the machine that signs, and write exp in seconds.',
  ),
  KID_MISSING: badRequest(
    'kid in the header',
    "Missing 'kid' header in client_assertion JWT",
    'Write the kid of the key that signs, as the JWKS has it, in the header.',
  ),
  TYP: badRequest(
    'typ in the header',
    "Invalid 'typ' header in client_assertion JWT - must be 'JWT'",
    'Write "typ": "JWT" in the header.',
  ),
  EXP_MISSING: badRequest(
    'exp in the claims',
    "Missing 'exp' claim in client_assertion JWT",
    'Add exp: the time in seconds since 1970 at which the assertion expires, at most 5 minutes ahead.',
  ),
  EXP_NOT_NUMBER: badRequest(
    'exp in the claims',
    "Invalid 'exp' claim in client_assertion JWT - must be an integer",
    'Write exp as a number, without quotation marks.',
  ),
  ISSUER: badRequest(
    'iss and sub in the claims',
    "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT",
    'Write the API key of the application both as iss and as sub.',
  ),
  JTI_MISSING: badRequest(
    'jti in the claims',
    "Missing 'jti' claim in client_assertion JWT",
    'Add jti: a new UUID for each request, also for one that is tried again.',
  ),
  JTI_NOT_TEXT: badRequest(
    'jti in the claims',
    "Invalid 'jti' claim in client_assertion JWT - must be a unique string value such as a GUID",
    'Write jti as a string.',
  ),
  EXP_TOO_FAR: badRequest(
    'exp in the claims',
    "Invalid 'exp' claim in client_assertion JWT - more than 5 minutes in future",
    'Let the assertion expire at most 5 minutes ahead. If it does, correct the clock of the machine that signs, and write exp in seconds.',
  ),
  API_KEY: {
    place: 'iss and sub in the claims',
    status: 401,
    error: 'invalid_request',
    description: "Invalid 'iss'/'sub' claims in client_assertion JWT",
    whatToDo: 'Write the API key of the application, of this NHS England environment, as iss and sub.',
  },
  KEY_NOT_FOUND: {
    place: 'kid in the header',
    status: 401,
    error: 'invalid_request',
    description: "Invalid 'kid' header in client_assertion JWT - no matching public key",
    whatToDo:
      'Publish the RSA public key with this kid at the JWKS URL of the application, or write the kid of a key that is there. NHS England keeps its copy of a JWKS for an hour.',
  },
  SIGNATURE: {
    place: 'the signature',
    status: 401,
    error: 'public_key error',
    description: 'JWT signature verification failed',
    whatToDo:
      'Sign with the private key whose public half the JWKS has under this kid: RSASSA-PKCS1-v1_5 with SHA-512 over header and claims as they are sent.',
  },
  AUDIENCE: {
    place: 'aud in the claims',
    status: 401,
    error: 'invalid_request',
    description: "Missing or invalid 'aud' claim in client_assertion JWT",
    whatToDo: 'Write the token URL that is called, exactly, as aud.',
  },
} as const satisfies Record<string, AssertionFault>;

export type AssertionFaultCode = keyof typeof ASSERTION_FAULTS;
