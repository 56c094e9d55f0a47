import { describe, expect, it } from 'vitest';
import { readTokenAnswer } from './token-answer.js';
import { tokenRefusalCode } from './token-refusal.js';

const failed = (status: number, error: string, description?: string, retryAfter: string | null = null) =>
  readTokenAnswer(
    status,
    JSON.stringify({ error, error_description: description, message_id: 'rrt-1' }),
    retryAfter,
  );
const issued = (over: object) =>
  readTokenAnswer(
    200,
    JSON.stringify({ access_token: 'abc.DEF-1', expires_in: '599', token_type: 'Bearer', ...over }),
    null,
  );

describe('every row of docs/reference/protocol-facts.md §3.5', () => {
  it.each([
    [400, 'invalid_request', "Non-unique 'jti' claim in client_assertion JWT", 'ours'],
    [400, 'invalid_request', "Invalid 'exp' claim … more than 5 minutes in future", 'ours'],
    [400, 'invalid_request', "Invalid 'alg' header in client_assertion JWT", 'ours'],
    [400, 'invalid_request', 'Missing client_assertion', 'ours'],
    [400, 'invalid_request', 'Malformed JWT in client_assertion', 'ours'],
    [400, 'unsupported_grant_type', 'grant_type is invalid', 'ours'],
    [401, 'invalid_request', "Missing or invalid 'aud' claim in client_assertion JWT", 'configuration'],
    [401, 'invalid_request', "Invalid 'iss'/'sub' claims in client_assertion JWT", 'configuration'],
    [
      401,
      'invalid_request',
      "Invalid 'kid' header in client_assertion JWT - no matching public key",
      'key-not-seen',
    ],
    [401, 'public_key error', 'JWT signature verification failed', 'configuration'],
    [403, 'public_key error', 'You need to register a public key to use this…', 'configuration'],
    [
      403,
      'public_key error',
      "The JWKS endpoint, for your client_assertion can't be reached",
      'configuration',
    ],
    // Only the 401 says that the kid was not seen.
    [403, 'public_key error', 'no matching public key', 'configuration'],
    [401, 'unauthorized_client', 'your application is not configured to use this…', 'configuration'],
    [401, 'access_denied', undefined, 'configuration'],
    [401, 'invalid_grant', 'refresh_token is invalid', 'sign-in'],
    [401, 'invalid_grant', 'refresh token refresh period has expired', 'sign-in'],
    [400, 'invalid_request', "Invalid 'exp' claim in subject_token JWT - JWT has expired", 'sign-in'],
    [400, 'invalid_request', "Missing or non-matching 'iss' claim in subject_token JWT", 'configuration'],
    // The key that CIS2 signed with is no key of ours.
    [
      401,
      'invalid_request',
      "Invalid 'kid' header in subject_token JWT - no matching public key",
      'configuration',
    ],
    [401, 'invalid_client', 'client_id or client_secret is invalid', 'configuration'],
    [415, 'invalid_request', 'Content-Type header must be …', 'configuration'],
    [429, 'too_many', undefined, 'transient'],
    [500, 'unknown_error', 'An unknown error, quoting Message ID', 'transient'],
    [503, 'x', undefined, 'transient'],
    [599, 'x', undefined, 'transient'],
  ] as const)('%i %s %s: %s', (status, error, description, fault) => {
    expect(failed(status, error, description)).toEqual({
      ok: false,
      fault,
      diagnosis: tokenRefusalCode(status, error, description ?? null),
      messageId: 'rrt-1',
      description: description ?? null,
      retryAfterS: status === 429 ? 1 : null,
    });
  });

  it.each([
    ['an empty body', 500, '', 'transient'],
    ['HTML', 502, '<html>Bad gateway</html>', 'transient'],
    ['an empty 401', 401, '', 'configuration'],
    ['a list', 400, '[1]', 'ours'],
    ['a redirect', 302, '', 'configuration'],
    ['204', 204, '', 'configuration'],
  ] as const)('no JSON object: %s, %i', (_, status, body, fault) => {
    expect(readTokenAnswer(status, body, null)).toMatchObject({ ok: false, fault, messageId: null });
  });
});

describe('Retry-After', () => {
  it.each([
    [null, null],
    ['3', 3],
    ['0', 0],
    ['-1', null],
    ['1e9', null],
    ['9999999', null],
    ['1.5', null],
    ['', null],
    ['Wed, 21 Oct 2026 07:28:00 GMT', null],
  ])('%j is %j', (header, retryAfterS) => {
    expect(failed(503, 'x', 'y', header)).toMatchObject({ fault: 'transient', retryAfterS });
  });

  it('of a 429 counts as one second if it is absent or unreadable', () => {
    expect(failed(429, 'x', 'y', null)).toMatchObject({ fault: 'transient', retryAfterS: 1 });
    expect(failed(429, 'x', 'y', 'soon')).toMatchObject({ fault: 'transient', retryAfterS: 1 });
    expect(failed(429, 'x', 'y', '7')).toMatchObject({ fault: 'transient', retryAfterS: 7 });
  });
});

describe('expires_in (F15)', () => {
  it.each<[unknown, number | null]>([
    ['599', 599],
    [599, 599],
    ['5', 5],
    [5, 5],
    [1, 1],
    [3_600, 3_600],
    [3_601, 3_600],
    [1e9, 3_600],
    ['1000000000', 3_600],
    ['0', null],
    [0, null],
    ['-1', null],
    [-1, null],
    ['abc', null],
    ['1e9', null],
    ['0x10', null],
    [' 599', null],
    ['599.5', null],
    [599.5, null],
    ['', null],
    ['9999999999999', null],
    [null, null],
    [true, null],
    [[599], null],
    [undefined, null],
  ])('%j gives a life of %j s', (expires_in, lifeS) => {
    expect(issued({ expires_in })).toMatchObject(
      lifeS === null ? { ok: false, fault: 'malformed' } : { ok: true, lifeS },
    );
  });
});

describe('a 200 that is not a token', () => {
  const malformed = { ok: false, fault: 'malformed' };
  it.each([
    ['HTML', '<html></html>'],
    ['empty', ''],
    ['cut off', '{"access_token":"abc"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a string', '"abc"'],
  ])('%s', (_, body) => {
    expect(readTokenAnswer(200, body, null)).toMatchObject(malformed);
  });

  it.each<[string, object]>([
    ['no access_token', { access_token: undefined }],
    ['empty access_token', { access_token: '' }],
    ['access_token that is no text', { access_token: 7 }],
    ['access_token with a line break', { access_token: 'abc\r\nx: y' }],
    ['access_token with a space', { access_token: 'abc def' }],
    ['access_token that ends in a line feed', { access_token: 'abc\n' }],
    ['access_token with letters beyond ASCII', { access_token: 'abcé' }],
    ['access_token of 8,193 characters', { access_token: 'a'.repeat(8_193) }],
    ['token_type mac', { token_type: 'mac' }],
    ['no token_type', { token_type: undefined }],
    ['token_type that is no text', { token_type: ['Bearer'] }],
  ])('%s', (_, over) => {
    expect(issued(over)).toMatchObject(malformed);
  });

  it.each<[string, object, string]>([
    ['the largest token', { access_token: 'a'.repeat(8_192) }, 'a'.repeat(8_192)],
    ['bearer in any case', { token_type: 'BEARER' }, 'abc.DEF-1'],
    ['members it does not know', { issued_at: '1', scope: null }, 'abc.DEF-1'],
  ])('but %s is accepted', (_, over, accessToken) => {
    expect(issued(over)).toEqual({ ok: true, accessToken, lifeS: 599, refresh: null });
  });
});

it("keeps at most 300 characters of APIM's words", () => {
  const answer = failed(400, 'x', 'y'.repeat(1_000));
  expect(answer.ok ? null : answer.description).toHaveLength(300);
});

describe('the refresh token of a user (docs/reference/protocol-facts.md §5)', () => {
  it.each<[string, object, unknown]>([
    ['absent', {}, null],
    [
      'as APIM sends it',
      { refresh_token: 'r-1', refresh_token_expires_in: '43199' },
      { token: 'r-1', lifeS: 43_199 },
    ],
    [
      'of more than 12 hours',
      { refresh_token: 'r-1', refresh_token_expires_in: 99_999 },
      { token: 'r-1', lifeS: 43_200 },
    ],
    ['without a life', { refresh_token: 'r-1' }, null],
    ['that has expired', { refresh_token: 'r-1', refresh_token_expires_in: '0' }, null],
    ['that is no token', { refresh_token: 'r 1', refresh_token_expires_in: '43199' }, null],
    ['that is no text', { refresh_token: 7, refresh_token_expires_in: '43199' }, null],
  ])('%s', (_, members, refresh) => {
    expect(issued(members)).toMatchObject({ ok: true, accessToken: 'abc.DEF-1', refresh });
  });
});
