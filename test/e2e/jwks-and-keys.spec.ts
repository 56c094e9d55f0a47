/**
 * The life of a signing key as APIM sees it: the JWKS on the public listener, and a rotation under traffic, with the
 * clocks moved past the hour for which APIM caches a JWKS.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  type Answer,
  apply,
  sendRequest,
  moveClocks,
  refusalIn,
  verdictOf,
  watch,
} from '../support/answers.ts';
import { appointOwner, onboard, type Onboarded } from '../support/onboard.ts';
import { type Stack, startStack } from '../support/servers/stack.ts';
import { openLoop, type Stream } from '../support/load.ts';
import { until } from '../support/until.ts';

const CODES = '/FHIR/STU3/CodeSystem/SPECIALTY';
const CACHE_MS = 3_600_000;
const MARGIN_MS = 300_000;
const RETIREMENT_MS = 7_200_000;
const DAY_MS = 86_400_000;

interface Key {
  readonly kid: string;
  readonly state: string;
  readonly jwksUrl: string;
  readonly thumbprint: string;
  readonly publishedAt: string | null;
  readonly nextStepAt: string | null;
}
interface Jwk {
  readonly kid: string;
}

let stack: Stack;
let r69: Onboarded;
let key: string;
let movedMs = 0;

beforeAll(async () => {
  stack = await startStack();
  [r69] = (await onboard(stack, [{ odsCode: 'R69' }])) as [Onboarded];
  key = r69.clientKey;
});
afterAll(() => stack.stop());

const choice = (organisation: string) => ({
  environment: 'local',
  organisation,
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
});
const create = (organisation: string) => stack.admin<Key>('POST', '/signing-keys', choice(organisation));
const step = (kid: string, action: string) => administer(stack, 'POST', `/signing-keys/${kid}/${action}`, {});
const keysOf = async (organisation: string): Promise<Key[]> =>
  (await stack.admin<{ items: Key[] }>('GET', `/signing-keys?organisation=${organisation}`)).items;
const pathOf = ({ jwksUrl }: { readonly jwksUrl: string }): string => new URL(jwksUrl).pathname;
const fetchJwks = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  sendRequest(stack.gateway.public, path, { method, headers });
const kidsAt = async (path: string): Promise<string[]> =>
  (JSON.parse((await fetchJwks(path)).text) as { keys: Jwk[] }).keys.map(({ kid }) => kid);

async function moveTo(epochMs: number): Promise<void> {
  movedMs = epochMs - Date.now();
  await moveClocks(stack, movedMs);
}

async function draft(odsCode: string): Promise<void> {
  await apply(stack, {
    organisations: [{ odsCode, name: `Synthetic Trust ${odsCode}` }],
    applications: [{ ...choice(odsCode), messageSets: ['everything'], state: 'draft' }],
  });
}

describe('a JWKS', () => {
  it('holds only the public members of its keys', async () => {
    const [key] = (await keysOf('R69')) as [Key];
    const answer = await fetchJwks(pathOf(key));
    expect([answer.status, answer.header('content-type')]).toEqual([200, 'application/json']);
    const { keys, ...more } = JSON.parse(answer.text) as { keys: Record<string, string>[] };
    expect(more).toEqual({});
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(keys[0]).toMatchObject({ kty: 'RSA', alg: 'RS512', use: 'sig', kid: key.kid, e: 'AQAB' });
    // 4,096 bits.
    expect(Buffer.from(keys[0]?.['n'] ?? '', 'base64url')).toHaveLength(512);
  });
  it('may be cached for a minute, and is confirmed by its ETag', async () => {
    const [key] = (await keysOf('R69')) as [Key];
    const answer = await fetchJwks(pathOf(key));
    expect(answer.header('cache-control')).toBe('public, max-age=60, must-revalidate, no-transform');
    const etag = answer.header('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const again = await fetchJwks(pathOf(key), { 'If-None-Match': etag });
    expect([again.status, again.text, again.header('etag')]).toEqual([304, '', etag]);
    const head = await fetchJwks(pathOf(key), {}, 'HEAD');
    expect([head.status, head.text, head.header('content-length')]).toEqual([
      200,
      '',
      String(answer.body.length),
    ]);
  });
  it.each([
    ['another id', '/jwks/AAAAAAAAAAAAAAAAAAAAAAAA', 404],
    ['no id', '/jwks/', 404],
    ['the root', '/', 404],
    ['a query', '/jwks/AAAAAAAAAAAAAAAAAAAAAAAA?x=1', 404],
    ['the admin API', '/api/v1/applications', 404],
    ['the partner listener', CODES, 404],
  ])('%s: is not found, and not cacheable', async (_name, path, status) => {
    const answer = await fetchJwks(path);
    expect([answer.status, answer.text, answer.header('cache-control')]).toEqual([status, '', 'no-store']);
  });
  it('can only be read', async () => {
    const [key] = (await keysOf('R69')) as [Key];
    const answer = await fetchJwks(pathOf(key), {}, 'POST');
    expect([answer.status, answer.header('allow')]).toEqual([405, 'GET, HEAD']);
  });
  it('without a key is a 503 with Retry-After, never an empty 200 that APIM would cache for an hour', async () => {
    await draft('K1');
    await stack.settled();
    const { items } = await stack.admin<{ items: { jwksUrl: string }[] }>(
      'GET',
      '/applications?organisation=K1',
    );
    const answer = await fetchJwks(pathOf(items[0] as Key));
    expect([answer.status, answer.text, answer.header('cache-control')]).toEqual([503, '', 'no-store']);
    expect(Number(answer.header('retry-after'))).toBeGreaterThan(0);
  });
  it('cannot be guessed: the ids of two applications share nothing', async () => {
    await draft('K2');
    const { items } = await stack.admin<{ items: { jwksUrl: string }[] }>('GET', '/applications');
    const ids = items.map(({ jwksUrl }) => jwksUrl.split('/').at(-1) ?? '');
    expect(new Set(ids).size).toBe(items.length);
    for (const id of ids) expect(id.length).toBeGreaterThanOrEqual(22);
  });
});

describe('a first key', () => {
  it('of a JWKS URL that was never served is ACTIVE immediately, and published', async () => {
    const key = await create('K1');
    expect(key).toMatchObject({ state: 'ACTIVE', nextStepAt: null });
    await stack.settled();
    expect(await kidsAt(pathOf(key))).toEqual([key.kid]);
  });
  it('is returned without any private member', async () => {
    const key = await create('K2');
    expect(JSON.stringify(key)).not.toMatch(/PRIVATE|"d"|"p"|"q"/);
  });
});

describe('a rotation under traffic', () => {
  let first: Key;
  let second: Key;
  let traffic: Stream<number>;
  let hasEnded = false;

  beforeAll(async () => {
    [first] = (await keysOf('R69')) as [Key];
    // The clocks move by hours; client keys last for 90 days and appointments for 300.
    await appointOwner(stack, 'K1');
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
    traffic = openLoop(5, async () => (await sendRequest(stack.gateway.partner, CODES, { key })).status);
  });
  afterAll(() => traffic.stop());

  /** A few calls are made in each state. */
  afterEach(async () => {
    const enough = traffic.answers.length + 4;
    await until('calls go on', () => hasEnded || traffic.answers.length >= enough);
  });

  it('a second key is PENDING: created, but neither published nor used', async () => {
    second = await create('R69');
    expect(second.state).toBe('PENDING');
    expect(second.kid).not.toBe(first.kid);
    await stack.settled();
    expect(await kidsAt(pathOf(first))).toEqual([first.kid]);
    const early = await step(second.kid, 'activate');
    expect([early.status, early.json['detail']]).toEqual([
      409,
      expect.stringMatching(new RegExp(`${second.kid} is PENDING and cannot become ACTIVE`)),
    ]);
  });
  it('a third key is refused until the rotation is finished, and the refusal says why', async () => {
    const { status, json } = await administer(stack, 'POST', '/signing-keys', choice('R69'));
    expect([status, json['detail']]).toEqual([409, expect.stringContaining(`${second.kid} is PENDING`)]);
  });
  it('PUBLISHED: both are served, the first still signs, and an activation that is too early is refused with the time', async () => {
    expect((await step(second.kid, 'publish')).status).toBe(200);
    await stack.settled();
    expect((await kidsAt(pathOf(first))).sort()).toEqual([first.kid, second.kid].sort());
    const [published] = (await keysOf('R69')).filter(({ kid }) => kid === second.kid) as [Key];
    const allowedAt = new Date(Date.parse(published.publishedAt ?? '') + CACHE_MS + MARGIN_MS).toISOString();
    expect(published).toMatchObject({ state: 'PUBLISHED', nextStepAt: allowedAt });
    const { status, json } = await step(second.kid, 'activate');
    expect(status).toBe(409);
    expect(json['detail']).toMatch(
      /API Management may still have a copy of the JWKS without key .* until .*\. Activate it then/,
    );
    expect(json['detail']).toContain(allowedAt);
    // It is still refused a second before that time.
    await moveTo(Date.parse(allowedAt) - 1_500);
    expect((await step(second.kid, 'activate')).status).toBe(409);
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
  });
  it('ACTIVE after the hour and its margin: APIM, which had cached the old set, accepts the new kid', async () => {
    const arrivals = await watch(stack);
    await moveTo(Date.now() + movedMs + 3_000);
    const { status, json } = await step(second.kid, 'activate');
    expect([status, json['state']]).toEqual([200, 'ACTIVE']);
    await stack.settled();
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
    const mints = (await arrivals('token')).filter(({ kid }) => kid === second.kid);
    expect(mints.length).toBeGreaterThan(0);
    expect(mints.map(({ status: mintStatus }) => mintStatus)).toEqual(mints.map(() => 200));
    const { rows } = await stack.sql.query<{ kid: string }>(
      `SELECT record ->> 'kid' AS kid FROM audit.event WHERE kind = 'INTENT' ORDER BY started_at DESC, seq DESC LIMIT 1`,
    );
    expect(rows[0]?.kid).toBe(second.kid);
  });
  it('the old key is RETIRING and still served, and can be reactivated immediately', async () => {
    const states = Object.fromEntries((await keysOf('R69')).map(({ kid, state }) => [kid, state]));
    expect(states).toEqual({ [first.kid]: 'RETIRING', [second.kid]: 'ACTIVE' });
    expect((await kidsAt(pathOf(first))).sort()).toEqual([first.kid, second.kid].sort());
    expect((await step(first.kid, 'activate')).json['state']).toBe('ACTIVE');
    await stack.settled();
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
    expect((await step(second.kid, 'activate')).json['state']).toBe('ACTIVE');
    await stack.settled();
  });
  it('the old key is removed from the JWKS only after its time, and the new one remains', async () => {
    const early = await step(first.kid, 'remove');
    expect([early.status, early.json['detail']]).toEqual([
      409,
      expect.stringMatching(/must stay published until .*, so that what it signed is accepted/),
    ]);
    await moveTo(Date.now() + movedMs + RETIREMENT_MS + 1_000);
    expect((await step(first.kid, 'remove')).json['state']).toBe('REMOVED');
    await stack.settled();
    expect(await kidsAt(pathOf(first))).toEqual([second.kid]);
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
    const back = await step(first.kid, 'activate');
    expect([back.status, back.json['detail']]).toEqual([409, expect.stringContaining('REMOVED')]);
  });
  it('caused no failed call', async () => {
    await until('calls go on after the last step', () => traffic.answers.length > 24);
    const statuses = await traffic.stop();
    hasEnded = true;
    expect(statuses.length).toBeGreaterThan(24);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const { duplicateJtis } = await stack.simulator.control<{ duplicateJtis: number }>('GET', '/counters');
    expect(duplicateJtis).toBe(0);
  });
});

describe('stopping an application', () => {
  it('retiring the last key stops traffic with a clear refusal, while the key is still served', async () => {
    const [active] = (await keysOf('R69')).filter(({ state }) => state === 'ACTIVE') as [Key];
    const arrivals = await watch(stack);
    expect((await step(active.kid, 'retire')).json['state']).toBe('RETIRING');
    const answer = await sendRequest(stack.gateway.partner, CODES, { key });
    expect(verdictOf(answer)).toEqual({ status: 403, code: 'GW_KEY_MISSING' });
    expect(refusalIn(answer).words).toMatch(/no active signing key\. .* Who must act: platform team\.$/);
    expect(await arrivals('ers')).toEqual([]);
    await stack.settled();
    expect(await kidsAt(pathOf(active))).toEqual([active.kid]);
    expect((await step(active.kid, 'activate')).json['state']).toBe('ACTIVE');
    await stack.settled();
    expect((await sendRequest(stack.gateway.partner, CODES, { key })).status).toBe(200);
  });
  it('once the last key is removed, the URL answers 503, not an empty set', async () => {
    const [active] = (await keysOf('R69')).filter(({ state }) => state === 'ACTIVE') as [Key];
    await step(active.kid, 'retire');
    await moveTo(Date.now() + movedMs + DAY_MS);
    expect((await step(active.kid, 'remove')).json['state']).toBe('REMOVED');
    await stack.settled();
    const answer = await fetchJwks(pathOf(active));
    expect([answer.status, answer.text]).toEqual([503, '']);
  });
});
