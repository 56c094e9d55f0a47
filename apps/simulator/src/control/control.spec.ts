import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Application } from '../applications.js';
import { RequestLog } from '../request-log.js';
import { startHarness, type Harness } from '../testing/harness.js';
import { openExchange } from '../wire/exchange.js';

let h: Harness;
let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'simulator-control-'));
  h = await startHarness({ stateDir });
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await rm(stateDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await h.control('POST', '/reset');
  await h.putApp('a');
});

describe('requests', () => {
  it('are recorded as received: order, case and repeats of headers, hashes for token and body', async () => {
    const token = await h.token('a');
    const body = '{"resourceType":"Parameters","parameter":[]}';
    await h.ers(
      'POST',
      '/FHIR/STU3/ReferralRequest/$ers.fetchworklist?x=1',
      {
        authorization: `Bearer ${token}`,
        'X-CORRELATION-ID': 'c-1',
        'Content-Type': 'application/fhir+json',
      },
      body,
    );
    const [record] = await h.requests();
    expect(record).toMatchObject({
      target: 'ers',
      method: 'POST',
      path: '/referrals/FHIR/STU3/ReferralRequest/$ers.fetchworklist?x=1',
      correlationId: 'c-1',
      apiKey: 'a',
      asid: '200000002454',
      odsCode: 'R69',
      accessMode: 'application-restricted',
      interaction: 'A008',
      status: 422,
      bodyBytes: body.length,
      bodySha256: createHash('sha256').update(body).digest('hex'),
    });
    expect(record?.headers.map(([name]) => name)).toEqual([
      'Host',
      'authorization',
      'X-CORRELATION-ID',
      'Content-Type',
      'Content-Length',
      'Connection',
    ]);
    expect(record?.headers[1]?.[1]).toBe(createHash('sha256').update(`Bearer ${token}`).digest('hex'));
    expect(JSON.stringify(record)).not.toContain(token);
  });
  it('are listed after a number, by target, and can be deleted', async () => {
    await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY');
    const [first] = await h.requests();
    await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY');
    expect(await h.control<unknown[]>('GET', `/requests?after=${first?.n ?? 0}`)).toHaveLength(1);
    expect(await h.control('GET', '/requests?after=0&target=kms')).toEqual([]);
    await h.control('DELETE', '/requests');
    expect(await h.requests()).toEqual([]);
  });
  it('replace the oldest once the capacity is reached', () => {
    const log = new RequestLog(3);
    const request = { method: 'GET', url: '/x', headers: {}, rawHeaders: [] } as unknown as Parameters<
      typeof openExchange
    >[1];
    for (let i = 0; i < 5; i++) log.open(openExchange('ers', request, Buffer.alloc(0)), 0)(200);
    expect(log.list(0).map(({ n }) => n)).toEqual([3, 4, 5]);
    expect(log.counters.requests).toEqual({ ers: { '2xx': 5 } });
  });
});

describe('applications', () => {
  it('can be created singly or in bulk, listed and deleted', async () => {
    await h.control('PUT', '/apps', [
      { apiKey: 'b', products: ['user-restricted'] },
      { apiKey: 'c', applicationId: 'id-c', name: 'C' },
    ]);
    const list = await h.control<Application[]>('GET', '/apps');
    expect(list.map(({ apiKey }) => apiKey)).toEqual(['a', 'b', 'c']);
    expect(list[2]).toMatchObject({ applicationId: 'id-c', name: 'C', status: 'approved', products: [] });
    const again = await h.control<Application>('PUT', '/apps/b', { status: 'revoked' });
    expect([again.applicationId, again.status, again.products]).toEqual([
      list[1]?.applicationId,
      'revoked',
      ['user-restricted'],
    ]);
    for (const apiKey of ['b', 'c']) await h.control('DELETE', `/apps/${apiKey}`);
    expect(await h.control<Application[]>('GET', '/apps')).toHaveLength(1);
  });
  it('survive a restart; tokens and records do not', async () => {
    const token = await h.token('a');
    await h[Symbol.asyncDispose]();
    h = await startHarness({ stateDir });
    expect((await h.control<Application[]>('GET', '/apps')).map(({ apiKey }) => apiKey)).toEqual(['a']);
    expect(
      (await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY', { Authorization: `Bearer ${token}` })).status,
    ).toBe(401);
  });
});

it('there are counters by target and status class', async () => {
  await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY', { Authorization: `Bearer ${await h.token('a')}` });
  await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY');
  await h.tokenRequest({});
  expect(await h.counters()).toEqual({
    requests: { ers: { '2xx': 1, '4xx': 1 }, token: { '4xx': 1 } },
    duplicateJtis: 0,
    stateChanges: 0,
    tokensIssued: 0,
    tokenExchanges: 0,
    tokenRefreshes: 0,
    refreshTokensReused: 0,
    jwksFetches: 0,
    cis2JwksFetches: 0,
    kmsSigns: 0,
  });
});

it('reset forgets tokens, faults and changes, and keeps applications', async () => {
  const token = await h.token('a');
  await h.control('POST', '/faults', { target: 'ers', fault: { status: 503 } });
  await h.control('POST', '/referrals', { ubrn: '000000099000', organisations: ['R69'] });
  await h.control('POST', '/reset');
  expect(
    (await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY', { Authorization: `Bearer ${token}` })).status,
  ).toBe(401);
  expect(
    (
      await h.ers('GET', '/FHIR/STU3/ReferralRequest/000000099000', {
        Authorization: `Bearer ${await h.token('a')}`,
      })
    ).status,
  ).toBe(404);
});

it.each<[string, string, unknown, number]>([
  ['POST', '/options', { rateLimits: 'yes' }, 400],
  ['POST', '/options', { unknown: 1 }, 400],
  ['POST', '/options', { relationships: 'some' }, 400],
  ['POST', '/clock', { offsetMs: 'later' }, 400],
  ['POST', '/tokens', { apiKey: 'nobody', authType: 'app' }, 404],
  ['POST', '/referrals', { ubrn: '1' }, 400],
  ['PUT', '/apps', {}, 400],
  ['PUT', '/people/12', {}, 400],
  ['GET', '/nothing', undefined, 404],
])('%s %s %j is refused with %i', async (method, path, body, status) => {
  await expect(h.control(method, path, body)).rejects.toThrow(String(status));
});

it.each([{}, { delayMs: 1 }, { dripBytesPerSecond: 100_000 }])(
  'the moved clock shows in the Date header, under fault %j too',
  async (fault) => {
    const dates = async () =>
      Date.parse((await h.ers('GET', '/FHIR/STU3/CodeSystem/PRIORITY')).headers['date'] ?? '') - Date.now();
    if (Object.keys(fault).length > 0) await h.control('POST', '/faults', { target: 'ers', fault });
    expect(Math.abs(await dates())).toBeLessThan(3000);
    await h.control('POST', '/clock', { offsetMs: 400_000 });
    expect(Math.abs((await dates()) - 400_000)).toBeLessThan(3000);
    await h.control('POST', '/clock', { offsetMs: 0 });
  },
);

it('closing the simulator ends connections that hang', async () => {
  const other = await startHarness();
  await other.putApp('a');
  await other.control('POST', '/faults', { target: 'ers', fault: { hang: true } });
  const hanging = fetch(`${other.sim.apiBaseUrl}/FHIR/STU3/CodeSystem/PRIORITY`).catch(
    (error: unknown) => error,
  );
  await expect.poll(() => other.requests()).toHaveLength(1);
  await other[Symbol.asyncDispose]();
  expect(await hanging).toBeInstanceOf(Error);
});
