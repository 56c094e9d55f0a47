import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../registry/registry.js';
import { JWKS_AT_ONCE, jwksFault, jwksFindings, jwksToRead, wrongJwks } from './jwks-findings.js';

const owner = (jwksId: string, state = 'ACTIVE', environment = 'int') => ({
  ...{
    jwksId,
    id: `id of ${jwksId}`,
    product: 'ReferWell',
    environment,
    signingKeys: [{ state, kid: jwksId, publicJwk: { n: 'n', e: 'AQAB' } }],
  },
});
const registryOf = (
  applications: readonly ReturnType<typeof owner>[],
  cis2Clients: readonly ReturnType<typeof owner>[] = [],
) =>
  ({
    applicationsByJwksId: new Map(applications.map((each) => [each.jwksId, each])),
    cis2ClientsByJwksId: new Map(cis2Clients.map((each) => [each.jwksId, each])),
    organisations: new Map([['R69', { odsCode: 'R69', bindings: [{ application: { id: 'id of a' } }] }]]),
  }) as unknown as Snapshot;
const INT = new Set(['int']);

describe('what a run reads', () => {
  const many = registryOf(
    Array.from({ length: JWKS_AT_ONCE + 10 }, (_, at) => owner(`u${String(at).padStart(3, '0')}`)),
  );
  const idsOf = (registry: Snapshot, wrong: readonly string[], turn: number) =>
    jwksToRead(registry, INT, new Set(wrong), turn).map(({ jwksId }) => jwksId);

  it.each([
    ['an application’s', registryOf([owner('a')]), ['a']],
    ['a CIS2 client’s', registryOf([], [owner('c', 'PUBLISHED')]), ['c']],
    ['none without a published key', registryOf([owner('a', 'NEW'), owner('b', 'REMOVED')]), []],
    ['none of another deployment', registryOf([owner('a', 'ACTIVE', 'prod')]), []],
  ])('is %s', (_, registry, ids) => {
    expect(idsOf(registry, [], 7)).toEqual(ids);
  });

  it('is never more than a run can read, and all of them after a few runs', () => {
    const [first, second] = [idsOf(many, [], 0), idsOf(many, [], 1)];
    expect(first).toHaveLength(JWKS_AT_ONCE);
    expect(new Set([...first, ...second]).size).toBe(JWKS_AT_ONCE + 10);
  });

  it('is what was wrong before, first', () => {
    expect(idsOf(many, ['u059'], 0).slice(0, 2)).toEqual(['u059', 'u000']);
  });
});

it.each([
  [
    'the keys of the registry',
    '{"keys":[{"kty":"RSA","n":"n","e":"AQAB","kid":"a","alg":"RS512","use":"sig"}]}',
    true,
  ],
  [
    'the same keys in other words',
    '{"keys":[{"kty":"RSA","n":"n","e":"AQAB","kid":"a","use":"sig","alg":"RS512"}]}',
    false,
  ],
  ['none', '{"keys":[]}', false],
])('an answer with %s', (_, body, isRight) => {
  expect(jwksFault(registryOf([owner('a')]), 'a', body) === null).toBe(isRight);
});

describe('what is found', () => {
  const read = jwksToRead(registryOf([owner('a'), owner('b')], [owner('c')]), INT, new Set(), 0);
  const found = (wrong: readonly string[]) =>
    jwksFindings(
      registryOf([owner('a')]),
      read,
      read
        .filter(({ jwksId }) => wrong.includes(jwksId))
        .map((url) => ({ ...url, fault: 'it answered 404' })),
    ).map(({ key, notice: { path, odsCodes } }) => [key, path, odsCodes]);

  it.each([
    ['nothing', [], []],
    ['an application with its organisations', ['a'], [['jwks a', '/applications/id of a/show', ['R69']]]],
    ['a CIS2 client', ['c'], [['jwks c', '/cis2-clients/id of c/show', []]]],
    ['once, if no URL is right', ['a', 'b', 'c'], [['jwks of all', '/signing-keys', []]]],
  ])('is %s', (_, wrong, expected) => {
    expect(found(wrong)).toEqual(expected);
  });

  it('is read first in the next run', () => {
    expect(wrongJwks(['jwks a'])).toEqual(new Set(['a']));
  });
});
