import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { CATALOGUE } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import { FRAMING_RULES } from './framing-rules.js';
import { checkFraming, mayBeRequestLine } from './framing.js';
import { checkMediaType } from './media-type.js';
import { containsNhsNumber, isNhsNumber } from './nhs-number.js';
import { mintClientKey, mintUserSession } from './opaque-key.js';
import { readCallerHeaders, refuseReservedHeaders, singleHeaders } from './request-headers.js';
import { parseStrictJson } from './strict-json.js';

const KEY = mintClientKey('int', randomBytes).key;

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return error instanceof GatewayError ? error.code : String(error);
  }
}

describe('framing', () => {
  const framing = (
    rawHeaders: string[],
    method = 'POST',
    httpVersion = '1.1',
    hosts: string[] | null = null,
  ) => {
    try {
      checkFraming({ httpVersion, method, rawHeaders }, hosts === null ? null : new Set(hosts));
      return 'passed';
    } catch (error) {
      return error instanceof GatewayError && error.code === 'GW_FRAMING'
        ? error.options.detail
        : String(error);
    }
  };
  it.each([
    ['plain', ['Host', 'gateway', 'Content-Length', '2'], 'passed'],
    ['port and case', ['HOST', 'gateway:8080', 'Transfer-Encoding', 'Chunked'], 'passed'],
    ['IPv6', ['Host', '[::1]:8080'], 'passed'],
    ['a service name with an underscore', ['Host', 'partner_gateway'], 'passed'],
    ['an offer of HTTP/2', ['Host', 'a', 'Upgrade', 'h2c', 'HTTP2-Settings', 'AAMAAABk'], 'passed'],
    ['an offer of WebSocket', ['Host', 'a', 'Upgrade', 'websocket'], 'passed'],
    ['no Host', [], 'no Host'],
    ['two Hosts', ['Host', 'a', 'host', 'b'], 'several Hosts'],
    ['user information in Host', ['Host', 'a@b'], 'Host syntax'],
    ['a path in Host', ['Host', 'a/b'], 'Host syntax'],
    ['encoding list', ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked'], 'Transfer-Encoding'],
    [
      'two encodings',
      ['Host', 'a', 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'],
      'Transfer-Encoding',
    ],
    ['both framings', ['Host', 'a', 'Transfer-Encoding', 'chunked', 'Content-Length', '2'], 'two framings'],
    ['leading zeros', ['Host', 'a', 'Content-Length', '002'], 'Content-Length'],
    ['two lengths', ['Host', 'a', 'Content-Length', '2', 'Content-Length', '2'], 'Content-Length'],
    ['underscore alias', ['Host', 'a', 'Transfer_Encoding', 'chunked'], 'underscore alias'],
    ['another expectation', ['Host', 'a', 'Expect', 'the-best'], 'Expect'],
    ['101 headers', ['Host', 'a', ...Array.from({ length: 200 }, () => 'x')], 'too many headers'],
  ])('%s: %s', (_, headers, expected) => {
    expect(framing(headers)).toBe(expected);
  });
  it.each(['0.9', '1.0', '2.0'])('HTTP/%s is refused', (version) => {
    expect(framing(['Host', 'a'], 'GET', version)).toBe('version');
  });
  it('GET and HEAD have no body', () => {
    expect(framing(['Host', 'a', 'Content-Length', '0'], 'GET')).toBe('passed');
    expect(framing(['Host', 'a', 'Content-Length', '1'], 'GET')).toBe('body not allowed');
    expect(framing(['Host', 'a', 'Transfer-Encoding', 'chunked'], 'HEAD')).toBe('body not allowed');
  });
  it.each([
    ['gateway.internal', 'passed'],
    ['GATEWAY.internal:8080', 'passed'],
    ['other.internal', 'foreign Host'],
    ['gateway.internal.evil', 'foreign Host'],
  ])('with names listed, the Host %s: %s', (host, expected) => {
    expect(framing(['Host', host], 'GET', '1.1', ['gateway.internal'])).toBe(expected);
  });
  it('every rule says what was wrong and what to send', () => {
    for (const [name, { text, whatToDo }] of Object.entries(FRAMING_RULES)) {
      expect(text, name).toMatch(/^[A-Z].*\.$/);
      expect(whatToDo, name).toMatch(/^Send .*\.$/);
    }
  });
});

describe('the start of a request line', () => {
  it.each([
    '',
    'G',
    'GET',
    'GET ',
    'GET /a',
    'GET /a ',
    'GET /a HTTP/1.1',
    'GET /a HTTP/1.1\r',
    '\r\nGET /a',
  ])('may be %j', (start) => {
    expect(mayBeRequestLine(start)).toBe(true);
  });
  it.each([
    'GET /a HTTP/1.1\r\n',
    'GET /a HTTP/1.1\r\nHost: a b c d\r\n',
    '\r\nPOST /a HTTP/1.1\n',
    'GET /a\r\n',
  ])('is complete in %j', (start) => {
    expect(mayBeRequestLine(start)).toBe(true);
  });
  it.each([
    'GET  /a HTTP/1.1\r\n',
    'GET /a  HTTP/1.1\r\n',
    'GET /a HTTP/1.1 \r\n',
    ' GET /a HTTP/1.1\r\n',
    'GET /a b HTTP/1.1\r\n',
    'GET  ',
    'GET\r\n',
  ])('is not %j', (start) => {
    expect(mayBeRequestLine(start)).toBe(false);
  });
});

describe('headers that a caller must not send', () => {
  const codeOfHeader = (name: string, value = 'x') =>
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
    expect(codeOfHeader(name)).toBe('GW_HEADER_FORBIDDEN');
  });
  it.each(['X-Forwarded-For', 'Cookie', 'User-Agent', 'X-Method-Override', 'traceparent', 'Sec-Fetch-Mode'])(
    '%s is merely ignored',
    (name) => {
      expect(codeOfHeader(name)).toBe('passed');
    },
  );
  it.each(['Origin', 'Sec-Fetch-Site'])('%s means a browser', (name) => {
    expect(codeOfHeader(name)).toBe('GW_ORIGIN');
  });
  it.each([
    ['X-Correlation-ID', '11C46F5F-CDEF-4865-94B2-0EE0EDCC26DA', 'passed'],
    ['X-Correlation-ID', '9000000009', 'GW_PII_IN_URL'],
    ['X-Correlation-ID', '${jndi:ldap://127.0.0.1}', 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', 'a'.repeat(129), 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', '', 'GW_HEADER_SYNTAX'],
    ['X-Correlation-ID', KEY, 'GW_HEADER_SYNTAX'],
    ['Accept', `application/json; key=${KEY}`, 'GW_HEADER_SYNTAX'],
    ['Gatehouse-Product', KEY, 'GW_HEADER_SYNTAX'],
    ['Gatehouse-User-Session', mintUserSession('int', randomBytes).key, 'passed'],
    ['NHSD-End-User-Organisation-ODS', 'R69', 'passed'],
    ['NHSD-End-User-Organisation-ODS', 'R69, X26', 'GW_HEADER_SYNTAX'],
    ['NHSD-End-User-Organisation-ODS', 'r69', 'GW_HEADER_SYNTAX'],
    ['Gatehouse-Capability', 'provider', 'passed'],
    ['Gatehouse-Capability', 'both', 'GW_HEADER_SYNTAX'],
  ])('%s: %s', (name, value, expected) => {
    expect(codeOfHeader(name, value)).toBe(expected);
  });
  it('a header that Gatehouse reads may be sent once; others may repeat', () => {
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
  const codeOfJson = (text: string | Buffer) => codeOf(() => parseStrictJson(Buffer.from(text as string)));
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
    expect(codeOfJson(text)).toBe('GW_BODY_SYNTAX');
  });
  it('refuses malformed UTF-8 and a flood of keys', () => {
    expect(codeOfJson(Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]))).toBe('GW_BODY_SYNTAX');
    const keys = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 1]));
    expect(codeOfJson(JSON.stringify(keys))).toBe('GW_BODY_SYNTAX');
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
  const codeOfType = (type: string | null, encoding: string | null = null) =>
    codeOf(() => {
      checkMediaType(a008, type, encoding);
    });
  it.each(['application/fhir+json', 'APPLICATION/FHIR+JSON', 'application/fhir+json; charset=utf-8'])(
    '%s',
    (type) => {
      expect(codeOfType(type)).toBe('passed');
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
    expect(codeOfType(type)).toBe('GW_MEDIA_TYPE');
  });
  it('no content encoding', () => {
    expect(codeOfType('application/fhir+json', 'gzip')).toBe('GW_MEDIA_TYPE');
  });
});
