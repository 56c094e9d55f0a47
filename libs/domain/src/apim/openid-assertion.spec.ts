import { expect, it } from 'vitest';
import { openIdAssertion, openIdAssertionAlgorithm } from './openid-assertion.js';

it('names the client as issuer and subject, the token endpoint as audience, and expires in a minute', () => {
  const request = {
    algorithm: 'RS256',
    kid: 'kid-1',
    clientId: 'gatehouse',
    tokenUrl: 'https://login.example/token',
    jti: 'jti-1',
    nowMs: 1_790_000_000_999,
  } as const;
  expect(openIdAssertion(request)).toEqual({
    header: { alg: 'RS256', typ: 'JWT', kid: 'kid-1' },
    claims: {
      iss: 'gatehouse',
      sub: 'gatehouse',
      aud: 'https://login.example/token',
      jti: 'jti-1',
      iat: 1_790_000_000,
      exp: 1_790_000_060,
    },
  });
});

it.each([
  ['where the provider lists none', undefined, 'RS256'],
  ['where it takes both', ['RS256', 'RS512'], 'RS512'],
  ['where it takes one', ['ES256', 'RS256'], 'RS256'],
  ['where it takes neither', ['PS256'], null],
  ['where its list is empty', [], null],
])('%s', (_name, supported, expected) => {
  expect(openIdAssertionAlgorithm(supported)).toBe(expected);
});
