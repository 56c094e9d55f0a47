import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CATALOGUE } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import { checkFraming } from './framing.js';
import { checkMediaType } from './media-type.js';
import { containsNhsNumber, isNhsNumber } from './nhs-number.js';
import { readCallerHeaders, refuseReservedHeaders, singleHeaders } from './request-headers.js';
import { parseStrictJson } from './strict-json.js';

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe('framing', () => {
  const framing = (rawHeaders: string[], method = 'POST', httpVersion = '1.1') =>
    codeOf(() => {
      checkFraming({ httpVersion, method, rawHeaders });
    });
  it.each([
    ['plain', ['Host', 'gateway', 'Content-Length', '2'], 'passed'],
    ['port and case', ['HOST', 'gateway:8080', 'Transfer-Encoding', 'Chunked'], 'passed'],
    ['IPv6', ['Host', '[::1]:8080'], 'passed'],
    ['no Host', [], 'GW_FRAMING'],
    ['two Hosts', ['Host', 'a', 'host', 'b'], 'GW_FRAMING'],
    ['user information in Host', ['Host', 'a@b'], 'GW_FRAMING'],
    ['encoding list', ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked'], 'GW_FRAMING'],
    [
      'two encodings',
      ['Host', 'a', 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
      'GW_FRAMING',
    ],
    ['both framings', ['Host', 'a', 'Transfer-Encoding', 'chunked', 'Content-Length', '2'], 'GW_FRAMING'],
    ['leading zeros', ['Host', 'a', 'Content-Length', '002'], 'GW_FRAMING'],
    ['underscore alias', ['Host', 'a', 'Transfer_Encoding', 'chunked'], 'GW_FRAMING'],
    ['upgrade', ['Host', 'a', 'Upgrade', 'h2c'], 'GW_FRAMING'],
    ['101 headers', ['Host', 'a', ...Array.from({ length: 200 }, () => 'x')], 'GW_FRAMING'],
  ])('%s', (_, headers, expected) => {
    expect(framing(headers)).toBe(expected);
  });
  it.each(['0.9', '1.0', '2.0'])('HTTP/%s is refused', (version) => {
    expect(framing(['Host', 'a'], 'GET', version)).toBe('GW_FRAMING');
  });
  it('GET and HEAD have no body', () => {
    expect(framing(['Host', 'a', 'Content-Length', '0'], 'GET')).toBe('passed');
    expect(framing(['Host', 'a', 'Content-Length', '1'], 'GET')).toBe('GW_FRAMING');
    expect(framing(['Host', 'a', 'Transfer-Encoding', 'chunked'], 'HEAD')).toBe('GW_FRAMING');
  });
});

describe('headers a caller may not set', () => {
  const of = (name: string, value = 'x') =>
    codeOf(() => {
      const headers = singleHeaders([name, value]);
      refuseReservedHeaders(headers);
      readCallerHeaders(headers);
    });
  it.each([
    'x-ers-ods-code',
    'X-ERS-User-ID',
    'X_ERS_ODS_CODE',
    'XAPI_ASID',
    'XAPI-ASID',
    'NHSD-ASID',
    'NHSD-Anything-New',
    'NHSD_End_User_Organisation_ODS',
    'NHSD-Correlation-ID',
    'apikey',
    'echo',
    'Gatehouse-Anything',
    'gatehouse_product',
  ])('%s is reserved', (name) => {
    expect(of(name)).toBe('GW_HEADER_FORBIDDEN');
  });
  it.each(['X-Forwarded-For', 'Cookie', 'User-Agent', 'X-Method-Override', 'traceparent', 'Sec-Fetch-Mode'])(
    '%s is merely ignored',
    (name) => {
      expect(of(name)).toBe('passed');
    },
  );
  it.each(['Origin', 'Sec-Fetch-Site'])('%s means a browser', (name) => {
    expect(of(name)).toBe('GW_ORIGIN');
  });
  it.each([
    ['X-Correlation-ID', '11C46F5F-CDEF-4865-94B2-0EE0EDCC26DA', 'passed'],
    ['X-Correlation-ID', '9000000009', 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', '${jndi:ldap://127.0.0.1}', 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', 'a'.repeat(129), 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', '', 'GW_HEADER_SYNTAX'],
    ['NHSD-End-User-Organisation-ODS', 'R69', 'passed'],
    ['NHSD-End-User-Organisation-ODS', 'R69, X26', 'GW_HEADER_SYNTAX'],
    ['NHSD-End-User-Organisation-ODS', 'r69', 'GW_HEADER_SYNTAX'],
    ['Gatehouse-Capability', 'provider', 'passed'],
    ['Gatehouse-Capability', 'both', 'GW_HEADER_SYNTAX'],
  ])('%s: %s', (name, value, expected) => {
    expect(of(name, value)).toBe(expected);
  });
  it('a header that is read comes once; others may repeat', () => {
    expect(codeOf(() => singleHeaders(['If-Match', 'a', 'if-match', 'a']))).toBe('GW_HEADER_DUPLICATE');
    expect(codeOf(() => singleHeaders(['X-Other', 'a', 'X-Other', 'b']))).toBe('passed');
  });
  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['br', false],
    ['', false],
  ])('Accept-Encoding %s', (value, expected) => {
    expect(readCallerHeaders(singleHeaders(['Accept-Encoding', value])).acceptsGzip).toBe(expected);
  });
});

describe('NHS numbers', () => {
  it.each([
    ['9000000009', true],
    ['9434765919', true],
    ['9434765918', false],
    ['000000070000', false],
    ['123', false],
  ])('%s', (digits, expected) => {
    expect(isNhsNumber(digits)).toBe(expected);
  });
  it.each([
    ['/x?patient=9000000009', true],
    ['/x?patient=900%20000%200009', true],
    ['/x?patient=900-000-0009', true],
    ['/x/%39000000009', true],
    ['/x/%2539000000009', true],
    ['/FHIR/STU3/ReferralRequest/000000070000', false],
    ['/x/119000000009', false],
    ['a9000000009', false],
    ['90000000-0009-4000-9000-900000000900', false],
  ])('%s contains one: %s', (text, expected) => {
    expect(containsNhsNumber(text)).toBe(expected);
  });
});

describe('strict JSON', () => {
  const of = (text: string | Buffer) => codeOf(() => parseStrictJson(Buffer.from(text as string)));
  it.each([
    '{}{}',
    '{"a":NaN}',
    '{"a":1e400}',
    '{"a":"\\ud800"}',
    '',
    '[]',
    '1',
    'null',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":{}}',
    '{"constructor":{}}',
    '{"a":01}',
    '{"a":1,}',
    "{'a':1}",
    '{"a":"\u0001"}',
    '\ufeff{}',
    '{"a":tru}',
    `{"a":${'['.repeat(70)}${']'.repeat(70)}}`,
  ])('%s is refused', (text) => {
    expect(of(text)).toBe('GW_BODY_SYNTAX');
  });
  it('refuses malformed UTF-8 and a flood of keys', () => {
    expect(of(Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]))).toBe('GW_BODY_SYNTAX');
    const keys = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 1]));
    expect(of(JSON.stringify(keys))).toBe('GW_BODY_SYNTAX');
  });
  it('reads what JSON.parse reads, whatever the document', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), (value) => {
        const text = JSON.stringify(value);
        const reserved = /"(?:__proto__|constructor|prototype)":/.test(text);
        if (!reserved && text.isWellFormed())
          expect(parseStrictJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('media types', () => {
  const a008 = CATALOGUE.find((row) => row.interaction === 'A008')!;
  const of = (type: string | null, encoding: string | null = null) =>
    codeOf(() => {
      checkMediaType(a008, type, encoding);
    });
  it.each(['application/fhir+json', 'APPLICATION/FHIR+JSON', 'application/fhir+json; charset=utf-8'])(
    '%s',
    (type) => {
      expect(of(type)).toBe('passed');
    },
  );
  it.each([
    null,
    'application/json',
    'application/fhir+json;;',
    'application/fhir+json, text/html',
    '*/*',
    'application/fhir+json; charset=utf-16le',
    'multipart/form-data; boundary=x',
  ])('%s is refused', (type) => {
    expect(of(type)).toBe('GW_MEDIA_TYPE');
  });
  it('no content encoding', () => {
    expect(of('application/fhir+json', 'gzip')).toBe('GW_MEDIA_TYPE');
  });
});
