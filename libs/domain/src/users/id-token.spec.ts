import { describe, expect, it } from 'vitest';
import { type ExpectedIdToken, type IdTokenFault, judgeIdToken } from './id-token.js';

const ISSUER = 'https://cis2.example:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';
const NOW_S = Date.parse('2026-03-02T09:00:00Z') / 1000;

const expected: ExpectedIdToken = {
  issuer: ISSUER,
  clientId: 'refer-well-int',
  nonce: 'the-nonce',
  maxAgeS: 300,
  accessTokenHash: 'the-hash',
  nowMs: NOW_S * 1000,
};
const header = { alg: 'RS256', typ: 'JWT', kid: 'key-1' };
const payload = {
  iss: ISSUER,
  aud: 'refer-well-int',
  azp: 'refer-well-int',
  sub: '555073103100',
  exp: NOW_S + 300,
  iat: NOW_S - 5,
  auth_time: NOW_S - 10,
  nonce: 'the-nonce',
  at_hash: 'the-hash',
  sid: 'sid-1',
  acr: 'AAL3_ANY',
  id_assurance_level: 3,
  authentication_assurance_level: '3',
};

/** `undefined` leaves a claim out. */
function judge(changes: Readonly<Record<string, unknown>> = {}, more: Partial<ExpectedIdToken> = {}) {
  const claims = Object.fromEntries(
    Object.entries({ ...payload, ...changes }).filter(([, v]) => v !== undefined),
  );
  return judgeIdToken({ header, payload: claims }, { ...expected, ...more });
}

describe('an ID token is accepted', () => {
  it('and says who signed in, when and how surely', () => {
    expect(judge()).toEqual({
      ok: true,
      user: {
        userId: '555073103100',
        cis2SessionId: 'sid-1',
        authenticatedAtMs: (NOW_S - 10) * 1000,
        authenticationAssurance: 3,
        expiresAtMs: (NOW_S + 300) * 1000,
      },
    });
  });

  it.each<[why: string, changes: object, more?: Partial<ExpectedIdToken>]>([
    ['with the level as a number', { authentication_assurance_level: 2 }],
    ['with the identity assurance as text', { id_assurance_level: '3' }],
    ['without acr', { acr: undefined }],
    ['without sid', { sid: undefined }],
    ['without azp, for one audience', { azp: undefined }],
    ['for several audiences, as the party that asked for it', { aud: ['refer-well-int', 'other'] }],
    ['without at_hash', { at_hash: undefined }, { accessTokenHash: null }],
    ['that the supplier brings, whatever its nonce', { nonce: 'theirs' }, { nonce: null, maxAgeS: null }],
    [
      'that the supplier brings, hours after the user authenticated',
      { auth_time: NOW_S - 7200 },
      { maxAgeS: null },
    ],
    ['within the leeway of the clocks', { exp: NOW_S - 20, iat: NOW_S + 20, auth_time: NOW_S + 20 }],
  ])('%s', (_why, changes, more) => {
    expect(judge({ ...changes }, more).ok).toBe(true);
  });
});

describe('an ID token is rejected', () => {
  it.each<[fault: IdTokenFault, why: string, changes: object, more?: Partial<ExpectedIdToken>]>([
    ['iss', 'without the port', { iss: ISSUER.replace(':443', '') }],
    ['iss', 'with a slash at the end', { iss: `${ISSUER}/` }],
    ['aud', 'another client', { aud: 'other' }],
    ['aud', 'none', { aud: undefined }],
    ['aud', 'several, none of them ours', { aud: ['other', 'another'], azp: 'other' }],
    ['azp', 'another party', { azp: 'other' }],
    ['azp', 'several audiences and no party', { aud: ['refer-well-int', 'other'], azp: undefined }],
    ['exp', 'past', { exp: NOW_S - 31 }],
    ['exp', 'text', { exp: String(NOW_S + 300) }],
    ['exp', 'missing', { exp: undefined }],
    ['iat', 'in the future', { iat: NOW_S + 31 }],
    ['iat', 'long ago', { iat: NOW_S - 601 }],
    ['iat', 'missing', { iat: undefined }],
    ['auth_time', 'longer ago than the sign-in allowed', { auth_time: NOW_S - 331 }],
    ['auth_time', 'in the future', { auth_time: NOW_S + 31 }],
    ['auth_time', 'missing, though no age was asked for', { auth_time: undefined }, { maxAgeS: null }],
    ['nonce', 'of another sign-in', { nonce: 'other' }],
    ['nonce', 'missing', { nonce: undefined }],
    ['at_hash', 'of another access token', { at_hash: 'other' }],
    ['at_hash', 'of an access token that did not come with it', {}, { accessTokenHash: null }],
    ['sub', 'missing', { sub: undefined }],
    ['sub', 'not 12 digits', { sub: '55507310310' }],
    ['sub', 'a number', { sub: 555_073_103_100 }],
    ['id_assurance_level', 'two', { id_assurance_level: 2 }],
    ['id_assurance_level', 'missing', { id_assurance_level: undefined }],
    ['authentication_assurance_level', 'one', { authentication_assurance_level: '1' }],
    ['authentication_assurance_level', 'missing', { authentication_assurance_level: undefined }],
    ['authentication_assurance_level', 'a list', { authentication_assurance_level: ['3'] }],
  ])('%s: %s', (fault, _why, changes, more) => {
    expect(judge({ ...changes }, more)).toEqual({ ok: false, fault });
  });

  it.each<[fault: IdTokenFault, header: object]>([
    ['typ', { alg: 'RS256', kid: 'key-1' }],
    ['typ', { alg: 'RS256', typ: 'at+jwt', kid: 'key-1' }],
    ['kid', { alg: 'RS256', typ: 'JWT' }],
    ['kid', { alg: 'RS256', typ: 'JWT', kid: '' }],
  ])('%s of the header: %o', (fault, wrong) => {
    expect(judgeIdToken({ header: { ...wrong }, payload }, expected)).toEqual({ ok: false, fault });
  });
});
