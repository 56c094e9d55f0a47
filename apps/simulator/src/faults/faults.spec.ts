import { request as httpsRequest } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assertion, startHarness, tokenForm, type Harness } from '../testing/harness.js';
import type { RawResponse } from '../testing/raw-request.js';
import { SCENARIOS, type Fault, type Scenario } from './fault.js';

let h: Harness;
const KEY = 'key-of-r69';
const PATH = '/FHIR/STU3/CodeSystem/SPECIALTY';
let plain: RawResponse;

beforeAll(async () => {
  h = await startHarness();
});
afterAll(() => h[Symbol.asyncDispose]());
beforeEach(async () => {
  await h.control('POST', '/reset');
  await h.control('POST', '/options', { ersDelayMs: 0 });
  await h.putApp(KEY);
  plain = await get();
});

async function get(
  path = PATH,
  headers: Record<string, string> = {},
  method = 'GET',
  body = '',
): Promise<RawResponse> {
  return h.ers(
    method,
    path,
    { Authorization: `Bearer ${await h.token(KEY)}`, 'X-Correlation-ID': 'corr-1', ...headers },
    body,
  );
}
const arm = (fault: Fault, more: object = {}) =>
  h.control<{ id: string }>('POST', '/faults', { target: 'ers', fault, ...more });
const faultyAnswer = async (fault: Fault) => {
  await arm(fault);
  return get();
};

describe('a fault', () => {
  it.each<[string, object, boolean]>([
    ['nothing', {}, true],
    ['method', { method: 'POST' }, false],
    ['path', { pathPrefix: '/FHIR/STU3/CodeSystem' }, true],
    ['full path', { pathPrefix: '/referrals/FHIR/STU3' }, true],
    ['other path', { pathPrefix: '/FHIR/R4' }, false],
    ['API key', { apiKey: KEY }, true],
    ['other API key', { apiKey: 'other' }, false],
    ['correlation id', { correlationId: 'corr-1' }, true],
    ['other correlation id', { correlationId: 'corr-2' }, false],
  ])('matches by %s', async (_name, match, hit) => {
    await arm({ status: 503 }, { match });
    expect((await get()).status).toBe(hit ? 503 : 200);
  });
  it('applies a given number of times, is counted, and can be removed', async () => {
    const { id } = await arm({ status: 503 }, { times: 2 });
    const later = await arm({ status: 504 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await get()).status);
    expect(statuses).toEqual([503, 503, 504]);
    expect(
      (await h.control<{ id: string; hits: number }[]>('GET', '/faults')).map((fault) => [
        fault.id,
        fault.hits,
      ]),
    ).toEqual([
      [id, 2],
      [later.id, 1],
    ]);
    await h.control('DELETE', `/faults/${later.id}`);
    expect((await get()).status).toBe(200);
    await h.control('DELETE', '/faults');
    expect(await h.control('GET', '/faults')).toEqual([]);
  });
  it('applies with a probability', async () => {
    await arm({ status: 503 }, { probability: 0.5 });
    const statuses = await Promise.all(Array.from({ length: 60 }, () => get().then(({ status }) => status)));
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
  });
  it.each([
    { target: 'elsewhere', fault: {} },
    { target: 'ers' },
    { target: 'ers', fault: { scenario: 'nothing-known' } },
  ])('of %j is refused', async (order) => {
    await expect(h.control('POST', '/faults', order)).rejects.toThrow('400');
  });
});

describe('what it does', () => {
  it('delays, and then answers as usual', async () => {
    const before = performance.now();
    expect((await faultyAnswer({ delayMs: 150 })).body).toBe(plain.body);
    expect(performance.now() - before).toBeGreaterThan(140);
  });
  it('answers with status, headers (repeated ones too) and bytes of its own', async () => {
    const response = await faultyAnswer({
      status: 429,
      headers: [
        ['Retry-After', '3'],
        ['Set-Cookie', 'a'],
        ['Set-Cookie', 'b'],
      ],
      bodyBase64: Buffer.from([0, 255]).toString('base64'),
    });
    expect([
      response.status,
      response.headers['retry-after'],
      response.headerNames.filter((name) => name === 'set-cookie').length,
    ]).toEqual([429, '3', 2]);
    expect(response.bytes.subarray(-2)).toEqual(Buffer.from([0, 255]));
  });
  it('changes a header of the real answer', async () => {
    const response = await faultyAnswer({ headers: { 'X-Request-ID': 'same-again' } });
    expect([
      response.headers['x-request-id'],
      response.headerNames.filter((name) => name === 'x-request-id').length,
      response.body,
    ]).toEqual(['same-again', 1, plain.body]);
  });
  it('sends literal bytes, then closes', async () => {
    const raw = 'HTTP/2.0 200 What\r\n\r\n\x00rubbish';
    expect(
      (
        await faultyAnswer({ rawResponseBase64: Buffer.from(raw, 'latin1').toString('base64') })
      ).bytes.toString('latin1'),
    ).toBe(raw);
  });
  it('resets before any byte', async () => {
    const response = await faultyAnswer({ resetBeforeResponse: true });
    expect([response.bytes.length, response.end]).toEqual([0, 'reset']);
  });
  it.each([1, 100])('resets after %i bytes of the body', async (bytes) => {
    const response = await faultyAnswer({ resetAtByte: bytes });
    expect([response.body, response.headers['content-length']]).toEqual([
      plain.body.slice(0, bytes),
      plain.headers['content-length'],
    ]);
    expect(response.end).toBe('reset');
  });
  it('drips', async () => {
    await arm({ dripBytesPerSecond: 100, status: 200, body: 'x'.repeat(30) });
    const before = performance.now();
    expect((await get()).body).toBe('x'.repeat(30));
    expect(performance.now() - before).toBeGreaterThan(250);
  });
  it('stalls after the headers, and hangs before them, until the client gives up', async () => {
    await arm({ stallAfterHeaders: true }, { times: 1 });
    await arm({ hang: true }, { times: 1 });
    const token = await h.token(KEY);
    const stalled = await fetch(h.sim.apiBaseUrl + PATH, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(300),
    });
    expect(stalled.status).toBe(200);
    await expect(stalled.text()).rejects.toThrow();
    await expect(
      fetch(h.sim.apiBaseUrl + PATH, {
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(300),
      }),
    ).rejects.toThrow();
  });
  it('carries out a write, then resets: the change has happened once', async () => {
    await arm({ applyThenReset: true }, { times: 1 });
    const cancel = () =>
      get(
        '/FHIR/STU3/ReferralRequest/000000070002/$ers.cancelReferral',
        { 'If-Match': 'W/"3"', 'Content-Type': 'application/fhir+json' },
        'POST',
        '{"resourceType":"Parameters","parameter":[{"name":"cancellationReason","valueCoding":{"code":"OTHER"}}]}',
      );
    expect((await cancel()).bytes).toHaveLength(0);
    expect((await h.requests()).at(-1)).toMatchObject({ status: 0, stateChange: true });
    expect((await cancel()).status).toBe(412);
    expect((await h.counters()).stateChanges).toBe(1);
  });
  it('replaces the answer without changing any state', async () => {
    await arm({ status: 503 });
    await get('/FHIR/STU3/ReferralRequest/000000070000/$ers.acceptReferral', { 'If-Match': 'W/"6"' }, 'POST');
    expect((await h.counters()).stateChanges).toBe(0);
  });
  it('delays every answer by ersDelayMs', async () => {
    await h.control('POST', '/options', { ersDelayMs: 120 });
    const before = performance.now();
    await get();
    expect(performance.now() - before).toBeGreaterThan(110);
  });
});

const CHECKS: Partial<Record<Scenario, (response: RawResponse) => void>> = {
  'html-200': (r) =>
    expect([r.status, r.headers['content-type'], r.body.startsWith('<!DOCTYPE html>')]).toEqual([
      200,
      'text/html; charset=utf-8',
      true,
    ]),
  'set-cookie': (r) =>
    expect([r.headers['set-cookie']?.startsWith('simulator-session='), r.body]).toEqual([true, plain.body]),
  'hdr-crlf': (r) =>
    expect(r.bytes.toString('latin1')).toContain('X-Note: one\r two\nSet-Cookie: injected=1\r\n'),
  'te-cl': (r) =>
    expect([
      r.headers['transfer-encoding'],
      r.headers['content-length'],
      r.body.endsWith('0\r\n\r\n'),
    ]).toEqual(['chunked', plain.headers['content-length'], true]),
  cache: (r) =>
    expect([r.headers['cache-control'], r.headers['expires'] !== undefined]).toEqual([
      'public, max-age=31536000',
      true,
    ]),
  'echo-auth': (r) => expect([r.status, /Bearer [\w-]{20,}/.test(r.body)]).toEqual([400, true]),
  'other-corr': (r) =>
    expect([
      r.headerNames.filter((name) => name === 'x-correlation-id').length,
      r.headers['x-correlation-id'] === 'corr-1',
    ]).toEqual([1, false]),
  links: (r) => expect(r.body).toContain('https://api.service.nhs.uk/'),
  '307-http': (r) => expect([r.status, r.headers['location']?.startsWith('http://')]).toEqual([307, true]),
  '307-loop': (r) =>
    expect([r.status, r.headers['location']]).toEqual([307, `${h.sim.objectStoreUrl}/loop/1`]),
  '307-foreign-host': (r) =>
    expect([r.status, r.headers['location']?.startsWith('https://files.evil.example/')]).toEqual([307, true]),
  'extra-bytes': (r) =>
    expect(r.body.slice(plain.body.length)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL'),
  'gzip-bomb': (r) =>
    expect([
      r.headers['content-encoding'],
      gunzipSync(r.bytes.subarray(r.bytes.indexOf('\r\n\r\n') + 4)).length,
    ]).toEqual(['gzip', 64 * 1024 * 1024]),
  'huge-headers': (r) => expect(r.bytes.indexOf('\r\n\r\n')).toBeGreaterThan(128 * 1024),
  'content-length-longer': (r) =>
    expect([Number(r.headers['content-length']), r.body]).toEqual([plain.body.length + 10, plain.body]),
  'content-length-shorter': (r) =>
    expect([Number(r.headers['content-length']), r.body]).toEqual([plain.body.length - 10, plain.body]),
  'chunked-no-end': (r) =>
    expect([
      r.headers['transfer-encoding'],
      r.headers['content-length'],
      r.body.includes('0\r\n\r\n'),
    ]).toEqual(['chunked', undefined, false]),
};

describe('scenarios of e-RS', () => {
  const ofErs = SCENARIOS.filter((name) => !name.startsWith('token-') && !name.startsWith('kms-'));
  it('are all checked', () => expect(Object.keys(CHECKS).toSorted()).toEqual([...ofErs].toSorted()));
  it.each(ofErs)('%s', async (scenario) => CHECKS[scenario]?.(await faultyAnswer({ scenario })));
});

describe('the token endpoint', () => {
  const ask = async (fault: Fault) => {
    await h.control('POST', '/faults', { target: 'token', match: { apiKey: KEY }, fault });
    return (await h.tokenRequest(tokenForm(assertion(KEY, h.sim.tokenUrl)))).body;
  };
  const parsed = async (fault: Fault) => JSON.parse(await ask(fault)) as Record<string, unknown>;
  it.each([599, '0', '-1', 'abc', 1e9, null, '5'])('answers expires_in %j', async (tokenExpiresIn) => {
    expect((await parsed({ tokenExpiresIn }))['expires_in']).toBe(tokenExpiresIn);
  });
  it('leaves expires_in out', async () =>
    expect(Object.keys(await parsed({ tokenExpiresIn: '__absent__' }))).toEqual([
      'access_token',
      'token_type',
      'issued_at',
    ]));
  it('answers malformed JSON', async () =>
    expect(JSON.parse.bind(null, await ask({ scenario: 'token-malformed-json' }))).toThrow());
  it('answers without access_token', async () =>
    expect(await parsed({ scenario: 'token-no-access-token' })).not.toHaveProperty('access_token'));
  it('answers with an empty access_token', async () =>
    expect((await parsed({ scenario: 'token-empty-access-token' }))['access_token']).toBe(''));
  it('answers with one of 10 MiB', async () =>
    expect(String((await parsed({ scenario: 'token-huge-access-token' }))['access_token'])).toHaveLength(
      10 * 1024 * 1024,
    ));
  it('answers token_type mac', async () =>
    expect((await parsed({ scenario: 'token-type-mac' }))['token_type']).toBe('mac'));
});

describe('the object store', () => {
  const fetchTls = (url: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: string; location: string | undefined }>((resolve, reject) => {
      const request = httpsRequest(
        url,
        { ca: h.sim.objectStoreCertificate, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: Buffer.concat(chunks).toString('latin1'),
              location: response.headers.location,
            }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end();
    });
  const link = async () =>
    (await get('/FHIR/R4/Binary/c5d2d200-7613-4a69-9c5f-1bb68e04b8d8')).headers['location'] ?? '';

  it('serves a signed link over https with a certificate for its address', async () => {
    const { status, body } = await fetchTls(await link());
    expect([status, body.startsWith('%PDF')]).toEqual([200, true]);
    expect((await h.requests()).at(-1)).toMatchObject({ target: 'object-store', status: 200 });
  });
  it.each<[string, (url: string) => string, Record<string, string>, number, string]>([
    [
      'a changed signature',
      (url) => url.replace(/Signature=../, 'Signature=00'),
      {},
      403,
      'SignatureDoesNotMatch',
    ],
    ['another object', (url) => url.replace('c5d2d200', 'c5d2d201'), {}, 403, 'SignatureDoesNotMatch'],
    ['a longer life', (url) => url.replace('Expires=60', 'Expires=6000'), {}, 403, 'SignatureDoesNotMatch'],
    ['no signature', (url) => url.replace(/\?.*/, ''), {}, 403, 'AccessDenied'],
    ['an Authorization header', (url) => url, { Authorization: 'Bearer x' }, 400, 'InvalidArgument'],
  ])('refuses %s', async (_name, change, headers, status, code) => {
    const response = await fetchTls(change(await link()), headers);
    expect([response.status, /<Code>(\w+)</.exec(response.body)?.[1]]).toEqual([status, code]);
  });
  it('refuses a link after a minute, as S3 does', async () => {
    const url = await link();
    await h.control('POST', '/clock', { offsetMs: 62_000 });
    const response = await fetchTls(url);
    await h.control('POST', '/clock', { offsetMs: 0 });
    expect(response.status).toBe(403);
    expect(response.body).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
  });
  it('closes early with a fault', async () => {
    await h.control('POST', '/attachments', { id: 'big', sizeBytes: 300_000 });
    const url = (await get('/FHIR/R4/Binary/big')).headers['location'] ?? '';
    expect((await fetchTls(url)).body).toHaveLength(300_000);
    await h.control('POST', '/faults', { target: 'object-store', fault: { resetAtByte: 65_536 } });
    await expect(fetchTls(url)).rejects.toThrow();
  });
  it('redirects in circles on /loop', async () => {
    expect((await fetchTls(`${h.sim.objectStoreUrl}/loop/3`)).location).toBe(
      `${h.sim.objectStoreUrl}/loop/1`,
    );
  });
});
