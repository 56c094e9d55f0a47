import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { IntentEvent, OutcomeEvent } from '@gatehouse/domain/audit/audit';
import { type ErrorCode, GatewayError } from '@gatehouse/domain/errors';
import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpCallError, type HttpFault } from '../adapters/nhs/http-fault.js';
import { createBodyBudget } from '../listener/body-budget.js';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { Admitted } from './admit.js';
import { callUpstream } from './call-upstream.js';
import type { Route } from './decide.js';
import type { PlaneDeps } from './deps.js';
import { hypotheticalExchange } from './exchange.js';
import { RunningCalls } from './running-calls.js';

const pausesMs = vi.hoisted((): number[] => []);
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => Promise.resolve(pausesMs.push(ms)),
}));
beforeEach(() => pausesMs.splice(0));

const clock = { now: () => 0, monotonicNow: () => 0 };
const READ = 'A005';
const WRITE = 'A028';

/** What e-RS does with the requests it gets, in order: a status, or a failure before it answers. */
type Behaviour = number | HttpFault | 'echoes the token' | 'packed' | 'ends with the connection';
const packed = gzipSync('x'.repeat(1_000));
const ANSWERS: Readonly<Record<string, { body: Buffer; headers?: [string, string][] }>> = {
  'echoes the token': { body: Buffer.from('the-token') },
  packed: {
    body: packed,
    headers: [
      ['content-length', String(packed.length)],
      ['content-encoding', 'gzip'],
    ],
  },
  'ends with the connection': {
    body: Buffer.from('{"of":"no announced length"}'),
    headers: [['content-type', 'application/fhir+json']],
  },
};

interface World {
  readonly interaction: string;
  readonly ers?: readonly Behaviour[];
  /** The identity of each decision in turn, or the code with which policy refuses; the last one holds on. */
  readonly decisions?: readonly string[];
  /** The registry changes with every INTENT. */
  readonly registryChanges?: boolean;
  /** An owner, an exception or a key lapses with every INTENT. */
  readonly decisionsLapse?: boolean;
  /** How long each request waits for its turn. */
  readonly waitedMs?: number;
  readonly isTokenUsable?: boolean;
  /** Whether e-RS may accept a newer token after each rejection; no for those that follow. */
  readonly newerTokens?: readonly boolean[];
  readonly outcomesFail?: boolean;
  /** In a user's call: what has become of the session at each INTENT; the last one holds on. */
  readonly userSession?: readonly ('same' | 'changed' | 'ended')[];
  /** The session of the user's token. */
  readonly tokenOfSession?: string;
  readonly overload?: boolean;
  /** What is left of the budget for bodies. */
  readonly roomBytes?: number;
  /** Something that no code expects. */
  readonly bug?: boolean;
}

/** Makes one call and returns everything that anybody could notice of it. */
async function call(world: World) {
  const log: string[] = [];
  const open = { seats: 0, departures: 0 };
  const ers = [...(world.ers ?? [200])];
  const decisions = [...(world.decisions ?? ['one identity'])];
  const newerTokens = [...(world.newerTokens ?? [true])];
  let version = 1;
  const isOfUser = world.userSession !== undefined;
  const userSessions = [...(world.userSession ?? ['same'])];

  const decide = (): Route => {
    const next = decisions.length > 1 ? decisions.shift() : decisions[0];
    if (next?.startsWith('GW_')) throw new GatewayError(next as ErrorCode);
    if (isOfUser && exchange.userSession === null) throw new GatewayError('GW_USER_SESSION');
    const application = { id: 'app', apimApplicationId: null };
    const plan = {
      binding: { id: 'b1', odsCode: 'R69', application },
      signingKey: { kid: 'kid' },
      user: isOfUser ? { sessionId: 's1' } : null,
      registryVersion: version,
      identity: next,
    };
    const validUntilMs = world.decisionsLapse ? clock.now() : Infinity;
    return { plan, environment: 'int', validUntilMs } as unknown as Route;
  };
  const send = (): Promise<unknown> => {
    const behaviour = ers.shift() ?? 200;
    log.push('sent');
    if (typeof behaviour === 'string' && !(behaviour in ANSWERS))
      return Promise.reject(new HttpCallError(behaviour as HttpFault, new Error(behaviour)));
    const status = typeof behaviour === 'number' ? behaviour : 200;
    const { body, headers } = ANSWERS[behaviour] ?? { body: Buffer.from('body') };
    return Promise.resolve({
      status,
      headers: headers ?? [['content-length', String(body.length)]],
      body: Readable.from([body]),
      isBodyless: operation.method === 'HEAD' || status === 204 || status === 304,
      endsWithConnection: behaviour === 'ends with the connection',
    });
  };
  const deps = {
    clock,
    log: { info: vi.fn(), warn: vi.fn(), error: vi.fn(), fatal: vi.fn() },
    environments: new Map([
      ['int', { apiBaseUrl: 'https://ers', redirectHosts: [], requestsPerMinute: 600 }],
    ]),
    registry: {
      age: () => 0,
      refresh: (newest: number) => Promise.resolve((version = newest)),
    },
    snapshotMaxAgeMs: 1,
    audit: {
      available: () => true,
      leaseHeld: () => true,
      leaseLost: new AbortController().signal,
      intent: ({ attemptNumber }: IntentEvent) => {
        log.push(`INTENT ${attemptNumber}`);
        return Promise.resolve({
          registryVersion: world.registryChanges ? version + 1 : version,
          userSession: userSessions.length > 1 ? userSessions.shift() : userSessions[0],
        });
      },
      outcome: ({ outcome, code, status }: OutcomeEvent) => {
        if (world.outcomesFail) return Promise.reject(new Error('no commit'));
        log.push(['OUTCOME', outcome, code ?? status].filter((part) => part !== null).join(' '));
        return Promise.resolve();
      },
      withhold: ({ outcome }: OutcomeEvent) => log.push(`withheld ${outcome}`),
    },
    clockFault: () => null,
    lagFault: () => null,
    tokens: {
      get: () =>
        Promise.resolve({
          value: 'the-token',
          bindingId: 'b1',
          applicationId: 'app',
          sessionId: null,
          kid: 'kid',
          idHash: 'hash',
        }),
      discard: () => {
        if (world.bug) throw new TypeError('a bug');
        log.push('token discarded');
        return newerTokens.shift() ?? false;
      },
      isUsable: () => world.isTokenUsable ?? true,
    },
    userTokens: {
      get: () =>
        Promise.resolve({
          ...{ value: 'the-token', bindingId: 'b1', applicationId: 'app', kid: null, idHash: 'hash' },
          sessionId: world.tokenOfSession ?? 's1',
        }),
      isUsable: () => true,
    },
    userSessions: { refresh: (id: string) => Promise.resolve({ id, version: 2 }) },
    limiter: {
      reserve: () => {
        open.departures += 1;
        const settle = (): void => {
          open.departures = 0;
        };
        return {
          ...{ giveUp: settle, mayBeSent: () => true, remaining: () => null },
          depart: () => Promise.resolve(world.waitedMs ?? 0),
        };
      },
    },
    upstream: {
      reserve: () => {
        if (world.overload) return null;
        open.seats += 1;
        return { send, release: () => (open.seats -= 1) };
      },
    },
    running: new RunningCalls({
      monotonicNow: clock.monotonicNow,
      leaseLost: () => new AbortController().signal,
    }),
    readHeadersMs: 1_000,
    totalMs: 60_000,
    killPoint: () => undefined,
  } as unknown as PlaneDeps;
  const operation = CATALOGUE.find(({ interaction }) => interaction === world.interaction)!;
  const admitted = {
    matched: { operation, parameters: {} },
    user: null,
    headers: { accept: null, acceptsGzip: false, contentType: null, ifMatch: null },
    subjects: [],
    body: null,
    upload: null,
  } as unknown as Admitted;
  const exchange = {
    ...hypotheticalExchange(clock, operation.method, '/'),
    bodies: createBodyBudget(world.roomBytes ?? Infinity).share(),
    userSession: isOfUser ? ({ id: 's1', version: 1 } as UserSession) : null,
  };
  const result = await callUpstream(deps, exchange, admitted, decide).then(
    ({ status }) => status,
    (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
  );
  return { log, result, open };
}

/** The log of attempts that each went well until they were sent. */
const attempts = (...outcomes: string[]): string[] =>
  outcomes.flatMap((outcome, index) => [`INTENT ${index + 1}`, 'sent', `OUTCOME ${outcome}`]);
const notSent = (outcome: string, number = 1): string[] => [`INTENT ${number}`, `OUTCOME NOT_SENT${outcome}`];

describe('the answer to a read needs room, and that to a write always has it', () => {
  it.each<[answer: Behaviour, roomBytes: number, interaction: string, result: number | ErrorCode]>([
    [200, 4, READ, 200],
    [200, 3, READ, 'GW_OVERLOAD'],
    [200, 3, WRITE, 200],
    ['packed', 1_000 + packed.length, READ, 200],
    ['packed', 999 + packed.length, READ, 'GW_OVERLOAD'],
    ['packed', 0, WRITE, 200],
    ['ends with the connection', 1_048_576, READ, 200],
    ['ends with the connection', 1_048_575, READ, 'GW_OVERLOAD'],
    ['ends with the connection', 0, WRITE, 200],
  ])('%s, %i bytes of room, %s: %s', async (answer, roomBytes, interaction, result) => {
    const outcome = result === 200 ? 'COMPLETED 200' : `FAILED ${result}`;
    expect(await call({ interaction, ers: [answer], roomBytes })).toMatchObject({
      result,
      log: attempts(outcome),
    });
  });
});

describe('a user’s call', () => {
  it.each<[rule: string, World, result: number | ErrorCode, log: readonly string[]]>([
    [
      'is sent while the session is the same',
      { interaction: WRITE, userSession: ['same'] },
      200,
      attempts('COMPLETED 200'),
    ],
    [
      'is not sent if the session has ended by its INTENT',
      { interaction: READ, userSession: ['ended'] },
      'GW_USER_SESSION',
      notSent(' GW_USER_SESSION'),
    ],
    [
      'is sent if the session has changed in nothing that this call says',
      { interaction: WRITE, userSession: ['changed'] },
      200,
      attempts('COMPLETED 200'),
    ],
    [
      'is decided again if the session has changed in what it says',
      { interaction: WRITE, userSession: ['changed', 'same'], decisions: ['a', 'a', 'b'] },
      200,
      [...notSent(''), 'INTENT 2', 'sent', 'OUTCOME COMPLETED 200'],
    ],
    [
      'is refused if the session no longer permits it',
      { interaction: READ, userSession: ['changed'], decisions: ['a', 'a', 'GW_USER_ROLE'] },
      'GW_USER_ROLE',
      notSent(' GW_USER_ROLE'),
    ],
    [
      'is never sent with the token of another session (law 6)',
      { interaction: READ, userSession: ['same'], tokenOfSession: 's2' },
      'GW_INTERNAL',
      [],
    ],
  ])('%s', async (_rule, world, result, log) => {
    expect(await call(world)).toEqual({ result, log, open: { seats: expect.any(Number), departures: 0 } });
  });
});

describe('attempts, each with its INTENT and its OUTCOME', () => {
  it.each<[rule: string, World, result: number | ErrorCode, log: readonly string[]]>([
    ['an answer', { interaction: READ }, 200, attempts('COMPLETED 200')],
    ['an error of e-RS is handed on', { interaction: READ, ers: [404] }, 404, attempts('FAILED 404')],
    [
      'a passing fault of a read is retried',
      { interaction: READ, ers: [503, 502, 200] },
      200,
      attempts('FAILED', 'FAILED', 'COMPLETED 200'),
    ],
    [
      'but only twice',
      { interaction: READ, ers: [503, 503, 503, 200] },
      503,
      attempts('FAILED', 'FAILED', 'FAILED 503'),
    ],
    [
      'a passing fault of a write is not',
      { interaction: WRITE, ers: [503, 200] },
      503,
      attempts('FAILED 503'),
    ],
    [
      'a throttled read is retried three times',
      { interaction: READ, ers: [429, 429, 429, 429] },
      429,
      attempts('FAILED', 'FAILED', 'FAILED', 'FAILED 429'),
    ],
    ['a throttled write is not', { interaction: WRITE, ers: [429, 200] }, 429, attempts('FAILED 429')],
    [
      'each reason has retries of its own',
      { interaction: READ, ers: [503, 429, 503, 429, 200] },
      200,
      attempts('FAILED', 'FAILED', 'FAILED', 'FAILED', 'COMPLETED 200'),
    ],
    [
      'a read whose connection breaks is retried',
      { interaction: READ, ers: ['broken', 200] },
      200,
      attempts('FAILED', 'COMPLETED 200'),
    ],
    [
      'a read that times out is not',
      { interaction: READ, ers: ['timeout', 200] },
      'GW_UPSTREAM_TIMEOUT',
      attempts('FAILED GW_UPSTREAM_TIMEOUT'),
    ],
    [
      'a write whose connection breaks has an unknown outcome',
      { interaction: WRITE, ers: ['broken', 200] },
      'GW_DELIVERY_UNKNOWN',
      attempts('UNKNOWN GW_DELIVERY_UNKNOWN'),
    ],
    [
      'a read that could not be sent is retried',
      { interaction: READ, ers: ['not-sent', 'not-sent', 'not-sent'] },
      'GW_UPSTREAM_UNREACHABLE',
      attempts('NOT_SENT', 'NOT_SENT', 'NOT_SENT GW_UPSTREAM_UNREACHABLE'),
    ],
    [
      'a write that could not be sent is not',
      { interaction: WRITE, ers: ['not-sent'] },
      'GW_UPSTREAM_UNREACHABLE',
      attempts('NOT_SENT GW_UPSTREAM_UNREACHABLE'),
    ],
    [
      'an answer with our token in it is withheld',
      { interaction: READ, ers: ['echoes the token'] },
      'GW_UPSTREAM_PROTOCOL',
      attempts('WITHHELD GW_UPSTREAM_PROTOCOL'),
    ],
    [
      'a rejected token is replaced once',
      { interaction: READ, ers: [401, 401, 200] },
      'GW_UPSTREAM_TOKEN',
      [
        ...['INTENT 1', 'sent', 'token discarded', 'OUTCOME FAILED'],
        ...['INTENT 2', 'sent', 'token discarded', 'OUTCOME FAILED GW_UPSTREAM_TOKEN'],
      ],
    ],
    [
      'but twice if the second was requested before the first was rejected',
      { interaction: READ, ers: [401, 401, 200], newerTokens: [true, true] },
      200,
      [
        ...['INTENT 1', 'sent', 'token discarded', 'OUTCOME FAILED'],
        ...['INTENT 2', 'sent', 'token discarded', 'OUTCOME FAILED'],
        ...['INTENT 3', 'sent', 'OUTCOME COMPLETED 200'],
      ],
    ],
    [
      'and never three times',
      { interaction: READ, ers: [401, 401, 401, 200], newerTokens: [true, true, true] },
      'GW_UPSTREAM_TOKEN',
      [
        ...['INTENT 1', 'sent', 'token discarded', 'OUTCOME FAILED'],
        ...['INTENT 2', 'sent', 'token discarded', 'OUTCOME FAILED'],
        ...['INTENT 3', 'sent', 'token discarded', 'OUTCOME FAILED GW_UPSTREAM_TOKEN'],
      ],
    ],
    [
      'a write with a rejected token is not retried',
      { interaction: WRITE, ers: [401, 200] },
      'GW_UPSTREAM_TOKEN',
      ['INTENT 1', 'sent', 'token discarded', 'OUTCOME FAILED GW_UPSTREAM_TOKEN'],
    ],
  ])('%s', async (_, world, result, log) => {
    expect(await call(world)).toMatchObject({ result, log });
  });

  it.each([
    ['503, 503', [503, 503, 200], [100, 400]],
    ['429, 429, 429', [429, 429, 429, 200], [1_000, 2_000, 4_000]],
    ['a rejected token', [401, 200], []],
  ])('%s: pauses in between', async (_, ers, expectedMs) => {
    await call({ interaction: READ, ers });
    expect(pausesMs).toEqual(expectedMs);
  });
});

describe('a decision that changes', () => {
  it.each<[rule: string, World, result: number | ErrorCode, log: readonly string[]]>([
    [
      'before INTENT: is made again, without a record',
      { interaction: WRITE, decisions: ['a', 'b', 'b'] },
      200,
      attempts('COMPLETED 200'),
    ],
    [
      'before INTENT, again and again: is given up',
      { interaction: READ, decisions: [...'abcdefghijklmnopq'] },
      'GW_REGISTRY_STALE',
      [],
    ],
    [
      'to a refusal before INTENT: nothing is recorded as sent',
      { interaction: READ, decisions: ['a', 'GW_SRO_LAPSED'] },
      'GW_SRO_LAPSED',
      [],
    ],
    [
      'after INTENT: that attempt is not sent',
      { interaction: WRITE, decisions: ['a', 'a', 'b'], registryChanges: true },
      200,
      [...notSent(''), 'INTENT 2', 'sent', 'OUTCOME COMPLETED 200'],
    ],
    [
      'to a refusal after INTENT: neither is it sent',
      { interaction: READ, decisions: ['a', 'a', 'GW_SRO_LAPSED'], registryChanges: true },
      'GW_SRO_LAPSED',
      notSent(' GW_SRO_LAPSED'),
    ],
    [
      'to a refusal because its time is over by the commit of INTENT: neither is it sent',
      { interaction: READ, decisions: ['a', 'a', 'GW_SRO_LAPSED'], decisionsLapse: true },
      'GW_SRO_LAPSED',
      notSent(' GW_SRO_LAPSED'),
    ],
    [
      'while the request waits for its turn: that attempt is not sent',
      { interaction: READ, decisions: ['a', 'a', 'b'], waitedMs: 11 },
      200,
      [...notSent(''), 'INTENT 2', 'sent', 'OUTCOME COMPLETED 200'],
    ],
    [
      'to a refusal while the request waits: neither is it sent',
      { interaction: READ, decisions: ['a', 'a', 'GW_APPLICATION_STATE'], waitedMs: 11 },
      'GW_APPLICATION_STATE',
      notSent(' GW_APPLICATION_STATE'),
    ],
    [
      'as often as there are attempts: is given up',
      { interaction: READ, waitedMs: 11, isTokenUsable: false },
      'GW_REGISTRY_STALE',
      [...[1, 2, 3, 4, 5].flatMap((number) => notSent('', number)), ...notSent(' GW_REGISTRY_STALE', 6)],
    ],
    [
      'but not in its identity: nothing changes',
      { interaction: READ, registryChanges: true, waitedMs: 11 },
      200,
      attempts('COMPLETED 200'),
    ],
  ])('%s', async (_, world, result, log) => {
    expect(await call(world)).toMatchObject({ result, log });
  });
});

describe('what goes wrong on our side', () => {
  it.each<[rule: string, World, result: ErrorCode, log: readonly string[]]>([
    [
      'no OUTCOME of a read: its answer is withheld',
      { interaction: READ, outcomesFail: true },
      'GW_AUDIT_UNAVAILABLE',
      ['INTENT 1', 'sent', 'withheld COMPLETED'],
    ],
    [
      'no OUTCOME of a write: the caller learns that it was delivered',
      { interaction: WRITE, outcomesFail: true },
      'GW_DELIVERED_UNCONFIRMED',
      ['INTENT 1', 'sent', 'withheld COMPLETED'],
    ],
    [
      'no OUTCOME of a write that broke: the caller learns that nobody knows',
      { interaction: WRITE, ers: ['broken'], outcomesFail: true },
      'GW_DELIVERY_UNKNOWN',
      ['INTENT 1', 'sent', 'withheld UNKNOWN'],
    ],
    [
      'an unforeseen error of a read has an OUTCOME',
      { interaction: READ, ers: [401], bug: true },
      'GW_INTERNAL',
      attempts('UNKNOWN GW_INTERNAL'),
    ],
    [
      'an unforeseen error of a write has an OUTCOME, and nobody knows what became of it',
      { interaction: WRITE, ers: [401], bug: true },
      'GW_DELIVERY_UNKNOWN',
      attempts('UNKNOWN GW_DELIVERY_UNKNOWN'),
    ],
    ['no connection is free', { interaction: READ, overload: true }, 'GW_OVERLOAD', []],
  ])('%s', async (_, world, result, log) => {
    expect(await call(world)).toMatchObject({ result, log, open: { seats: 0, departures: 0 } });
  });
});

describe('seats and turns', () => {
  it.each<[string, World, seats: number]>([
    ['an answer keeps its seat until it is read', { interaction: READ }, 1],
    ['the attempts before it give theirs back', { interaction: READ, ers: [503, 401, 200] }, 1],
    ['a failure keeps none', { interaction: READ, ers: ['timeout'] }, 0],
    ['nor does an attempt that was not sent', { interaction: READ, waitedMs: 11, isTokenUsable: false }, 0],
  ])('%s', async (_, world, seats) => {
    expect((await call(world)).open).toEqual({ seats, departures: 0 });
  });
});
