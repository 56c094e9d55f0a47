import { describe, expect, it } from 'vitest';
import {
  exchangeRefusalCode,
  recordedTokenRefusal,
  TOKEN_REFUSALS,
  tokenRefusalCode,
} from './token-refusal.js';

describe('why no token was issued (docs/reference/protocol-facts.md §3.5)', () => {
  it.each([
    [400, 'invalid_request', "Missing 'alg' header in client_assertion JWT", 'REQUEST'],
    [400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT", 'REQUEST'],
    [400, 'invalid_request', "Missing or non-matching 'iss'/'sub' claims in client_assertion JWT", 'REQUEST'],
    [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - JWT has expired", 'CLOCK'],
    [400, 'invalid_request', "Invalid 'exp' claim in … - more than 5 minutes in future", 'CLOCK'],
    [400, 'invalid_request', "Invalid 'exp' claim in client_assertion JWT - must be an integer", 'REQUEST'],
    [400, 'invalid_request', 'Malformed JWT in client_assertion', 'REQUEST'],
    [400, 'unsupported_grant_type', 'grant_type is invalid', 'REQUEST'],
    [401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT", 'AUDIENCE'],
    [401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT", 'API_KEY'],
    [401, 'invalid_request', "Invalid 'kid' header in … - no matching public key", 'KEY_NOT_FOUND'],
    [401, 'public_key error', 'JWT signature verification failed', 'SIGNATURE'],
    [403, 'public_key error', 'You need to register a public key to use this method', 'JWKS_URL_MISSING'],
    [
      403,
      'public_key error',
      "The JWKS endpoint, for your client_assertion can't be reached",
      'JWKS_UNREACHABLE',
    ],
    [401, 'unauthorized_client', 'your application is not configured to use this grant', 'PRODUCT_MISSING'],
    [401, 'unauthorized_client', null, 'PRODUCT_MISSING'],
    [401, 'access_denied', 'The developer app … is not approved or revoked', 'NOT_APPROVED'],
    [401, 'invalid_grant', 'refresh_token is invalid', 'SIGN_IN_OVER'],
    [401, 'invalid_grant', 'refresh token refresh period has expired', 'SIGN_IN_OVER'],
    [401, 'invalid_grant', 'something new', 'UNKNOWN'],
    [400, 'invalid_grant', 'authorization_code is invalid', 'SIGN_IN_OVER'],
    [400, 'invalid_request', 'redirect_uri is invalid', 'CALLBACK'],
    [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - JWT has expired", 'SIGN_IN_OVER'],
    [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - must be an integer", 'ID_TOKEN'],
    [400, 'invalid_request', "Missing or non-matching 'iss' claim in subject_token JWT", 'ID_TOKEN'],
    [
      401,
      'invalid_request',
      "Invalid 'kid' header in subject_token JWT - no matching public key",
      'ID_TOKEN',
    ],
    [401, 'invalid_request', "Missing 'aud' claim in subject_token JWT", 'ID_TOKEN'],
    [401, 'invalid_client', 'client_id or client_secret is invalid', 'API_SECRET'],
    [401, 'invalid_request', 'client_id is invalid', 'API_SECRET'],
    [401, 'invalid_request', 'client_secret is missing', 'API_SECRET'],
    [415, 'invalid_request', 'Content-Type header must be application/x-www-form-urlencoded', 'REQUEST'],
    [429, 'ratelimit_exceeded', 'The rate limit was exceeded', 'UNAVAILABLE'],
    [500, 'unknown_error', 'quoting Message ID', 'UNAVAILABLE'],
    [503, null, null, 'UNAVAILABLE'],
    [200, null, null, 'NO_TOKEN'],
    [401, null, null, 'UNKNOWN'],
    [403, 'public_key error', 'something new', 'UNKNOWN'],
    [302, null, null, 'UNKNOWN'],
  ] as const)('%i %s %s: %s', (status, error, description, code) => {
    expect(tokenRefusalCode(status, error, description)).toBe(code);
  });

  it.each(Object.entries(TOKEN_REFUSALS))('%s names cause, remedy and who must act', (_, refusal) => {
    expect(refusal.whatIsWrong).toMatch(/^[A-Z].{20,}\.$/);
    expect(refusal.whatToDo).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('only the end of a user’s sign-in is the caller’s to act on', () => {
    const ofCaller = Object.entries(TOKEN_REFUSALS).filter(([, { whoActs }]) => whoActs === 'caller');
    expect(ofCaller.map(([code]) => code)).toEqual(['SIGN_IN_OVER']);
  });

  it.each([
    ['PRODUCT_MISSING', 2, 'ASSURANCE'],
    ['PRODUCT_MISSING', 3, 'PRODUCT_MISSING'],
    ['API_KEY', 2, 'API_KEY'],
    ['SIGN_IN_OVER', 2, 'SIGN_IN_OVER'],
  ] as const)('%s at an exchange for a user at level %i: %s', (code, level, read) => {
    expect(exchangeRefusalCode(code, level)).toBe(read);
  });

  it.each([
    ['AUDIENCE', 'AUDIENCE'],
    ['toString', 'UNKNOWN'],
    ['NEVER_HEARD_OF', 'UNKNOWN'],
    [undefined, 'UNKNOWN'],
    [7, 'UNKNOWN'],
  ])('a record that says %s is read as %s', (recorded, code) => {
    expect(recordedTokenRefusal(recorded)).toBe(code);
  });
});
