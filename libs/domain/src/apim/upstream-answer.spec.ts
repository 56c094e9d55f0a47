import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import { isAllowedRedirect, isPassingFault, judgeAnswer, type UpstreamHead } from './upstream-answer.js';

const ATTEMPT = '6d9a1c1e-0000-4000-8000-000000000001';
const HOSTS = ['allowed.example', 'store.example:8443'];
const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
const head = (over: Partial<UpstreamHead> = {}, ...headers: [string, string][]): UpstreamHead => ({
  status: 200,
  headers: [['content-type', 'application/fhir+json'], ['x-correlation-id', ATTEMPT], ...headers],
  attemptId: ATTEMPT,
  bodyStart: '',
  authenticated: true,
  ...over,
});
const judge = (answer: UpstreamHead, operation = row('A005')) => {
  const verdict = judgeAnswer(operation, HOSTS, answer);
  return verdict.pass ? 'passes' : verdict.code;
};

describe('a redirect must be https, to a listed host, and unambiguous', () => {
  it.each([
    ['the host', 'https://allowed.example/a?X-Amz-Signature=b'],
    ['its default port', 'https://allowed.example:443/a'],
    ['a listed port', 'https://store.example:8443/a'],
    ['capital letters', 'HTTPS://Allowed.Example/a'],
    ['an at sign after the host', 'https://allowed.example/@evil.example'],
    ['a backslash after the host', 'https://allowed.example/a\\b'],
    ['no path', 'https://allowed.example'],
    ['a query alone', 'https://allowed.example?a'],
  ])('passes %s', (_, location) => {
    expect(isAllowedRedirect(location, HOSTS)).toBe(true);
    expect(judge(head({ status: 307 }, ['location', location]), row('A042'))).toBe('passes');
  });

  it.each([
    ['http', 'http://allowed.example/a'],
    ['another scheme', 'ftp://allowed.example/a'],
    ['a script', 'javascript:alert(1)'],
    ['another port', 'https://allowed.example:8443/a'],
    ['a listed host without its port', 'https://store.example/a'],
    ['another host', 'https://evil.example/a'],
    ['a prefix trick', 'https://allowed.example.evil.example/a'],
    ['a suffix trick', 'https://evil-allowed.example/a'],
    ['a subdomain', 'https://www.allowed.example/a'],
    ['a trailing dot', 'https://allowed.example./a'],
    ['user information', 'https://user@allowed.example/a'],
    ['a password', 'https://user:pass@allowed.example/a'],
    ['a listed host as user information', 'https://allowed.example@evil.example/a'],
    ['an escaped host', 'https://allowed%2eexample/a'],
    // Each of these has a host for a browser and another for RFC 3986, which the caller may go by.
    ['a backslash before an at sign', 'https://allowed.example\\@evil.example/a'],
    ['backslashes for slashes', 'https:\\\\allowed.example/a'],
    ['one slash', 'https:/allowed.example/a'],
    ['no slash', 'https:allowed.example/a'],
    ['three slashes', 'https:///allowed.example/a'],
    ['a tab in the host', 'https://allowed\t.example/a'],
    ['a space in front', ' https://allowed.example/a'],
    ['a relative one', '/a'],
    ['one without scheme', '//allowed.example/a'],
    ['an empty one', ''],
    ['none that is a URL', 'https://'],
  ])('refuses %s', (_, location) => {
    expect(isAllowedRedirect(location, HOSTS)).toBe(false);
    expect(judge(head({ status: 307 }, ['location', location]), row('A042'))).toBe('GW_UPSTREAM_REDIRECT');
  });

  it.each([300, 301, 302, 303, 305, 307, 308, 399])('%i needs an allowed Location', (status) => {
    expect(judge(head({ status }))).toBe('GW_UPSTREAM_REDIRECT');
    expect(judge(head({ status }, ['location', 'https://evil.example/']))).toBe('GW_UPSTREAM_REDIRECT');
    expect(judge(head({ status }, ['location', 'https://allowed.example/']))).toBe('passes');
  });

  it('refuses a second Location, whatever the first one is', () => {
    const two: [string, string][] = [
      ['location', 'https://allowed.example/'],
      ['location', 'https://evil.example/'],
    ];
    expect(judge(head({ status: 307 }, ...two))).toBe('GW_UPSTREAM_REDIRECT');
  });

  it('allows no host where none is listed', () => {
    expect(isAllowedRedirect('https://allowed.example/', [])).toBe(false);
  });
});

describe('what never passes', () => {
  it.each<[string, UpstreamHead, string]>([
    ['HTML', head({ headers: [['content-type', 'text/html; charset=utf-8']] }), 'GW_UPSTREAM_PROTOCOL'],
    ['HTML in capitals', head({ headers: [['content-type', 'TEXT/HTML']] }), 'GW_UPSTREAM_PROTOCOL'],
    ['XHTML', head({ headers: [['content-type', 'application/xhtml+xml']] }), 'GW_UPSTREAM_PROTOCOL'],
    ['HTML in a second type', head({}, ['content-type', 'text/html']), 'GW_UPSTREAM_PROTOCOL'],
    [
      'HTML with an error',
      head({ status: 503, headers: [['content-type', 'text/html']] }),
      'GW_UPSTREAM_PROTOCOL',
    ],
    [
      "another caller's answer",
      head({ headers: [['x-correlation-id', ATTEMPT.replace('1', '2')]] }),
      'GW_UPSTREAM_PROTOCOL',
    ],
    [
      'a correlation id with more after it',
      head({ headers: [['x-correlation-id', `${ATTEMPT}.1`]] }),
      'GW_UPSTREAM_PROTOCOL',
    ],
    ['a second correlation id', head({}, ['x-correlation-id', 'other']), 'GW_UPSTREAM_PROTOCOL'],
    [
      'two kinds of framing',
      head({}, ['content-length', '5'], ['transfer-encoding', 'chunked']),
      'GW_UPSTREAM_PROTOCOL',
    ],
    ['a line feed in a header', head({}, ['x-request-id', 'a\nb']), 'GW_UPSTREAM_PROTOCOL'],
    ['a carriage return in a header', head({}, ['x-request-id', 'a\rb']), 'GW_UPSTREAM_PROTOCOL'],
    ['a NUL in a header', head({}, ['etag', 'a\0']), 'GW_UPSTREAM_PROTOCOL'],
    ['a DEL in a header', head({}, ['etag', 'a\x7f']), 'GW_UPSTREAM_PROTOCOL'],
    ['a control character in an unlisted header', head({}, ['x-other', 'a\x01']), 'GW_UPSTREAM_PROTOCOL'],
    ['101', head({ status: 101 }), 'GW_UPSTREAM_PROTOCOL'],
    ['199', head({ status: 199 }), 'GW_UPSTREAM_PROTOCOL'],
    ['600', head({ status: 600 }), 'GW_UPSTREAM_PROTOCOL'],
    ['401 about our token', head({ status: 401 }), 'GW_UPSTREAM_TOKEN'],
  ])('%s', (_, answer, code) => {
    expect(judge(answer)).toBe(code);
  });
});

describe('what passes, byte for byte', () => {
  it.each<[string, UpstreamHead]>([
    ['200', head()],
    ['no correlation id', head({ headers: [] })],
    ['304', head({ status: 304 })],
    ['a tab and Latin-1 in a header', head({}, ['warning', '199 - "caf\xe9\t"'])],
    ['201 with a Location of its own', head({ status: 201 }, ['location', 'ReferralRequest/1'])],
    ['403 empty text', head({ status: 403, headers: [['content-type', 'text/plain']] })],
    ['500 text', head({ status: 500, headers: [['content-type', 'text/plain']] })],
    ['429', head({ status: 429 })],
    ['599', head({ status: 599 })],
    ['401 where no token went along', head({ status: 401, authenticated: false })],
  ])('%s', (_, answer) => {
    expect(judge(answer)).toBe('passes');
  });

  it('an attachment of A006 may be HTML', () => {
    expect(judge(head({ headers: [['content-type', 'text/html']] }), row('A006'))).toBe('passes');
  });
});

describe('401 and diagnoses', () => {
  it.each([
    ['an expired token: a new one may mend it', 'Bearer error="invalid_token"', true, null],
    ['no product: no token will', 'no apiproduct match found', false, 'NOT_SUBSCRIBED'],
  ])('%s', (_, wwwAuthenticate, tokenRejected, code) => {
    const verdict = judgeAnswer(
      row('A005'),
      HOSTS,
      head({ status: 401 }, ['www-authenticate', wwwAuthenticate]),
    );
    expect(verdict).toMatchObject({ pass: false, code: 'GW_UPSTREAM_TOKEN', tokenRejected });
    expect(verdict.diagnosis?.code ?? null).toBe(code);
  });

  it('an answer that passes may carry a diagnosis', () => {
    const verdict = judgeAnswer(
      row('A005'),
      HOSTS,
      head({ status: 403, bodyStart: '{"diagnostics":"ASID is not configured in the application"}' }),
    );
    expect(verdict).toMatchObject({ pass: true, diagnosis: { code: 'ASID_NOT_CONFIGURED' } });
  });
});

describe('a temporary fault, after which a read may be tried again', () => {
  it.each([
    [502, null, true],
    [503, null, true],
    [503, '0', true],
    [503, '1', true],
    [503, '2', false],
    [503, '120', false],
    [503, 'Wed, 21 Oct 2026 07:28:00 GMT', false],
    [503, '-1', false],
    [503, '', false],
    [500, null, false],
    [501, null, false],
    [504, null, false],
    [429, null, false],
    [423, null, false],
    [401, null, false],
    [200, null, false],
  ])('%i, Retry-After %j: %s', (status, retryAfter, expected) => {
    expect(isPassingFault(status, retryAfter)).toBe(expected);
  });
});
