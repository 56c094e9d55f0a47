import { describe, expect, it } from 'vitest';
import { ASSERTION_FAULTS, type AssertionFaultCode } from './assertion-faults.js';
import { type AssertionToLint, lintAssertion } from './lint-assertion.js';
import { tokenRefusalCode } from './token-refusal.js';

const NOW_MS = 1_800_000_000_000;
const NOW_S = NOW_MS / 1000;
const TOKEN_URL = 'https://int.api.service.nhs.uk/oauth2/token';
const HEADER = { alg: 'RS512', typ: 'JWT', kid: 'test-1' };
const CLAIMS = { iss: 'key', sub: 'key', aud: TOKEN_URL, jti: 'a5b1', exp: NOW_S + 240 };
const KEY = { kty: 'RSA', kid: 'test-1', n: 'AQAB', e: 'AQAB' };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const compact = (header: object = {}, claims: object = {}) =>
  `${encode({ ...HEADER, ...header })}.${encode({ ...CLAIMS, ...claims })}.signed`;
const lint = (text: string, change: Partial<AssertionToLint> = {}) =>
  lintAssertion({
    ...{ compact: text, tokenUrl: TOKEN_URL, apiKey: 'key', keys: [KEY], nowMs: NOW_MS },
    verify: () => true,
    ...change,
  });

describe('a client assertion (docs/reference/protocol-facts.md §3.1)', () => {
  it.each<[rule: string, header: object, claims: object, faults: AssertionFaultCode[]]>([
    ['is accepted', {}, {}, []],
    ['needs alg', { alg: undefined }, {}, ['ALG_MISSING']],
    ['needs RS512', { alg: 'RS256' }, {}, ['ALG_UNSUPPORTED']],
    ['needs RS512 in this case', { alg: 'rs512' }, {}, ['ALG_UNSUPPORTED']],
    ['may not have expired', {}, { exp: NOW_S - 1 }, ['EXPIRED']],
    ['has not expired in its last second', {}, { exp: NOW_S }, []],
    ['has expired at a time in text', {}, { exp: String(NOW_S - 1) }, ['EXPIRED']],
    ['has expired in 1970', {}, { exp: 0 }, ['EXPIRED']],
    ['has expired with false', {}, { exp: false }, ['EXPIRED']],
    ['needs kid', { kid: undefined }, {}, ['KID_MISSING']],
    ['needs a kid that is not empty', { kid: '' }, {}, ['KID_MISSING']],
    ['needs typ', { typ: undefined }, {}, ['TYP']],
    ['needs JWT as typ', { typ: 'at+jwt' }, {}, ['TYP']],
    ['may write JWT in any case', { typ: 'jWt' }, {}, []],
    ['needs exp', {}, { exp: undefined }, ['EXP_MISSING']],
    ['needs an exp that is not null', {}, { exp: null }, ['EXP_MISSING']],
    ['needs a number as exp', {}, { exp: String(NOW_S + 240) }, ['EXP_NOT_NUMBER']],
    ['needs iss', {}, { iss: undefined }, ['ISSUER']],
    ['needs sub', {}, { sub: undefined }, ['ISSUER']],
    ['needs iss and sub to be equal', {}, { sub: 'other' }, ['ISSUER']],
    ['needs jti', {}, { jti: undefined }, ['JTI_MISSING']],
    ['needs a jti that is not empty', {}, { jti: '' }, ['JTI_MISSING']],
    ['needs a text as jti', {}, { jti: 7 }, ['JTI_NOT_TEXT']],
    ['may expire 310 s ahead', {}, { exp: NOW_S + 310 }, []],
    ['may not expire 311 s ahead', {}, { exp: NOW_S + 311 }, ['EXP_TOO_FAR']],
    ['may not expire in milliseconds', {}, { exp: NOW_MS }, ['EXP_TOO_FAR']],
    ['needs the API key', {}, { iss: 'other', sub: 'other' }, ['API_KEY']],
    ['needs a kid of the JWKS', { kid: 'test-2' }, {}, ['KEY_NOT_FOUND']],
    ['needs aud', {}, { aud: undefined }, ['AUDIENCE']],
    ['needs the exact token URL', {}, { aud: `${TOKEN_URL}/` }, ['AUDIENCE']],
    ['may have the token URL among others', {}, { aud: ['x', TOKEN_URL] }, []],
    ['may have iat and nbf of any time', {}, { iat: NOW_S + 999, nbf: 'x' }, []],
  ])('%s', (_rule, header, claims, faults) => {
    expect(lint(compact(header, claims)).faults).toEqual(faults);
  });

  it('has each fault in the order of API Management, one for each member', () => {
    const all = { alg: 'none', kid: '', typ: 'x' };
    expect(lint(compact(all, { exp: 1, iss: 'x', sub: 'y', jti: 1, aud: 'z' })).faults).toEqual([
      ...['ALG_UNSUPPORTED', 'EXPIRED', 'KID_MISSING', 'TYP', 'ISSUER', 'JTI_NOT_TEXT', 'AUDIENCE'],
    ]);
    expect(lint(compact({}, { exp: NOW_S + 999, iss: 'x', sub: 'x' }), { keys: [] }).faults).toEqual([
      ...['EXP_TOO_FAR', 'API_KEY', 'KEY_NOT_FOUND'],
    ]);
    expect(lint(compact({}, { aud: 'z' }), { verify: () => false }).faults).toEqual([
      'SIGNATURE',
      'AUDIENCE',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['two parts', `${encode(HEADER)}.${encode(CLAIMS)}`],
    ['four parts', `${compact()}.x`],
    ['standard base64', compact().replace('.', '=.')],
    ['a list as header', `${encode([])}.${encode(CLAIMS)}.x`],
    ['text as claims', `${encode(HEADER)}.${encode('x')}.x`],
    ['claims that are not JSON', `${encode(HEADER)}.AAAA.x`],
  ])('is malformed: %s', (_what, text) => {
    expect(lint(text).faults).toEqual(['MALFORMED']);
  });

  it('gives the parts as they are sent, and the key with the kid, to the verification', () => {
    const seen: unknown[] = [];
    const text = compact();
    lint(text, {
      keys: [{ ...KEY, kid: 'test-0' }, { ...KEY, kty: 'EC' }, KEY],
      verify: (...given) => seen.push(given) > 0,
    });
    expect(seen).toEqual([[KEY, text.slice(0, text.lastIndexOf('.')), 'signed']]);
  });

  it('says what was not checked, and checks neither key nor API key without them', () => {
    const report = lint(compact({ kid: 'test-2' }, { iss: 'x', sub: 'x' }), { apiKey: null, keys: null });
    expect(report.faults).toEqual([]);
    expect(report.notChecked.join('; ')).toMatch(/jti.*iss is the API key.*approved.*no JWKS was given/);
    expect(lint(compact()).notChecked.join('; ')).not.toMatch(/iss is the API key|no JWKS/);
  });

  it('warns of a private key in the JWKS, and of two keys with one kid (docs/reference/protocol-facts.md §4)', () => {
    const { faults, warnings } = lint(compact(), { keys: [KEY, { ...KEY, d: 'x' }] });
    expect(faults).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/private key test-1/),
      expect.stringMatching(/two keys test-1/),
    ]);
  });
});

it.each(Object.entries(ASSERTION_FAULTS))('%s is a refusal that the decoder knows', (code, fault) => {
  const { status, error, description, whatToDo, place } = fault;
  expect(whatToDo).toMatch(/^[A-Z].*\.$/);
  expect(place).toMatch(/in the (header|claims)$|^the (signature|whole assertion)$/);
  const decoded = tokenRefusalCode(status, error, description);
  const ours = { EXPIRED: 'CLOCK', EXP_TOO_FAR: 'CLOCK' } as Record<string, string>;
  const expected = status === 400 ? (ours[code] ?? 'REQUEST') : code;
  expect(decoded).toBe(expected);
});
