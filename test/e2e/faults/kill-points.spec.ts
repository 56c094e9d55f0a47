/**
 * SIGKILL at named points (fault F16): a process dies in the middle of a request, and afterwards the audit trail says
 * exactly what can be known: no record, UNKNOWN, FAILED, or COMPLETED. Only the process itself could have recorded
 * NOT_SENT.
 *
 * All processes are killed first, so that the survivor's sweeper finishes the records of all of them at the same time.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callGateway, openLoop, tally, type GatewayAnswer, type GatewayRequest } from '../../support/load.ts';
import { onboard, type Onboarded, worklistBody } from '../../support/onboard.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import {
  applicationChoice,
  environmentsFile,
  gather,
  grantWrites,
  type Hit,
  prove,
  PROVED,
  UNHURRIED,
} from '../../support/proofs.ts';
import { ROUNDS } from '../../support/size.ts';
import { waitedSinceStartMs } from '../../support/servers/machine.ts';
import { until, untilReady } from '../../support/until.ts';
import { PARTNER_ONLY, type Stack, startStack, WITHOUT_WORKER } from '../../support/servers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../../support/servers/tcp-proxy.ts';

let stack: Stack;
let application: Onboarded;
/** The application whose signing keys are created and rotated; nobody calls as it. */
let rotating: Onboarded;
let survivor: GatewayProcess;
const allAnswers: GatewayAnswer[] = [];
let referrals = 0;
let unusedSigns = 0;
let lastKilledMs = 0;

beforeAll(async () => {
  stack = await startStack({ requestsPerMinute: UNHURRIED });
  survivor = stack.gateway;
  [application, rotating] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'X26' }])) as [
    Onboarded,
    Onboarded,
  ];
  await grantWrites(stack, application);
});
/** A fault outlives no test, whether it passed or failed. */
afterEach(async () => {
  await stack.simulator.control('DELETE', '/faults');
});
afterAll(() => stack.stop());

interface Point {
  readonly name: string;
  readonly kind: 'read' | 'write';
  /** The point at which the process kills itself. */
  readonly killAt?: string;
  /** How often it passes the point before it dies; 0 by default. */
  readonly after?: number;
  /** What e-RS, or another target, does with the request; the process is killed once the request has arrived there. */
  readonly fault?: object;
  readonly target?: 'token';
  /** The number of requests that the fault applies to; all by default. */
  readonly times?: number;
  /** What the connection to e-RS does. */
  readonly proxy?: (proxy: TcpProxy) => void;
  /** Bytes of the request or its answer on that connection, after which the process is killed. */
  readonly afterBytes?: { readonly up?: number; readonly down?: number };
  readonly body?: Buffer;
  /** The records that must exist: none, or an INTENT with this outcome. */
  readonly outcome: 'no row' | 'UNKNOWN' | 'FAILED' | 'COMPLETED';
  readonly arrives: 0 | 1;
  readonly changes?: 0 | 1;
}

const LARGE = JSON.stringify({ resourceType: 'Binary', data: 'A'.repeat(3_000_000) });
const json = { 'Content-Type': 'application/fhir+json' };
const large = { status: 200, headers: json, body: LARGE };

const swallowed = { proxy: (proxy: TcpProxy) => proxy.swallow(), afterBytes: { up: 1 } };
const dripped = {
  fault: { dripBytesPerSecond: 100 },
  proxy: (proxy: TcpProxy) => proxy.pass(),
  afterBytes: { down: 1 },
};

const POINTS: readonly Point[] = [
  { name: 'before INTENT', kind: 'read', killAt: 'before-intent', outcome: 'no row', arrives: 0 },
  { name: 'before INTENT', kind: 'write', killAt: 'before-intent', outcome: 'no row', arrives: 0 },
  { name: 'in a mint', kind: 'read', killAt: 'in-mint', outcome: 'no row', arrives: 0 },
  { name: 'in a mint', kind: 'write', killAt: 'in-mint', outcome: 'no row', arrives: 0 },
  {
    name: 'while the token service works',
    kind: 'read',
    target: 'token',
    fault: { hang: true },
    outcome: 'no row',
    arrives: 0,
  },
  { name: 'after INTENT', kind: 'read', killAt: 'after-intent-commit', outcome: 'UNKNOWN', arrives: 0 },
  { name: 'after INTENT', kind: 'write', killAt: 'after-intent-commit', outcome: 'UNKNOWN', arrives: 0 },
  { name: 'after connect', kind: 'read', ...swallowed, outcome: 'UNKNOWN', arrives: 0 },
  { name: 'after connect', kind: 'write', ...swallowed, outcome: 'UNKNOWN', arrives: 0 },
  {
    name: 'mid request body',
    kind: 'write',
    proxy: (proxy) => proxy.stopAfter('up', 20_000, 'silence'),
    afterBytes: { up: 20_000 },
    outcome: 'UNKNOWN',
    arrives: 0,
  },
  {
    name: 'mid request body',
    kind: 'read',
    proxy: (proxy) => proxy.stopAfter('up', 20_000, 'silence'),
    afterBytes: { up: 20_000 },
    outcome: 'UNKNOWN',
    arrives: 0,
  },
  {
    name: 'between two attempts',
    kind: 'read',
    fault: { resetBeforeResponse: true },
    times: 1,
    killAt: 'before-intent',
    after: 1,
    outcome: 'FAILED',
    arrives: 1,
  },
  { name: 'while e-RS works', kind: 'read', fault: { hang: true }, outcome: 'UNKNOWN', arrives: 1 },
  {
    name: 'after e-RS committed',
    kind: 'write',
    fault: { applyThenReset: true, hang: true },
    outcome: 'UNKNOWN',
    arrives: 1,
    changes: 1,
  },
  { name: 'mid answer', kind: 'read', ...dripped, outcome: 'UNKNOWN', arrives: 1 },
  {
    name: 'mid answer',
    kind: 'write',
    ...dripped,
    outcome: 'UNKNOWN',
    arrives: 1,
    changes: 1,
  },
  { name: 'before OUTCOME', kind: 'read', killAt: 'before-outcome', outcome: 'UNKNOWN', arrives: 1 },
  {
    name: 'before OUTCOME',
    kind: 'write',
    killAt: 'before-outcome',
    outcome: 'UNKNOWN',
    arrives: 1,
    changes: 1,
  },
  {
    name: 'after OUTCOME',
    kind: 'read',
    killAt: 'after-outcome-before-first-byte',
    outcome: 'COMPLETED',
    arrives: 1,
  },
  {
    name: 'after OUTCOME',
    kind: 'write',
    killAt: 'after-outcome-before-first-byte',
    outcome: 'COMPLETED',
    arrives: 1,
    changes: 1,
  },
  { name: 'mid stream', kind: 'read', killAt: 'mid-stream', fault: large, outcome: 'COMPLETED', arrives: 1 },
];

const requestsAt = (target: 'ers' | 'token' | 'kms'): Promise<Hit[]> =>
  stack.simulator.control<Hit[]>('GET', `/requests?target=${target}`);
const ersRequests = (): Promise<Hit[]> => requestsAt('ers');

async function call(gateway: GatewayProcess, more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: gateway.partner, key: application.clientKey, ...more });
  allAnswers.push(answer);
  return answer;
}

/** The request for a point: a read, or a write to a separate referral; long enough if it is cut in the middle. */
async function requestOf(point: Point): Promise<Partial<GatewayRequest>> {
  if (point.kind === 'read' && point.name !== 'mid request body') return {};
  referrals += 1;
  if (point.kind === 'read')
    return {
      method: 'POST',
      path: '/FHIR/STU3/ReferralRequest/$ers.fetchworklist',
      headers: { 'content-type': 'application/fhir+json' },
      // Each time a different service, since a worklist may be fetched only twice a day.
      body: worklistBody(String(11_000 + referrals)) + ' '.repeat(200_000),
    };
  const ubrn = String(80_000 + referrals).padStart(12, '0');
  await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
  const headers = { 'if-match': 'W/"1"' };
  const path = `/FHIR/STU3/ReferralRequest/${ubrn}`;
  if (point.name !== 'mid request body')
    return { method: 'POST', headers, path: `${path}/$ers.acceptReferral` };
  return {
    method: 'POST',
    path: `${path}/$ers.recordReviewOutcome`,
    headers: { ...headers, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        { name: 'reviewOutcome', valueCoding: { code: 'ACCEPT_REFER_BOOK_LATER' } },
        { name: 'reviewComments', valueString: 'x'.repeat(200_000) },
      ],
    }),
  };
}

/** Starts a process and kills it at the point. */
async function killAt(point: Point): Promise<{ answer: GatewayAnswer; stateChanges: number; hits: number }> {
  const proxy = point.proxy === undefined ? null : await startTcpProxy(new URL(stack.simulator.apimUrl).host);
  const victim = await stack.startGateway(
    proxy === null
      ? PARTNER_ONLY
      : {
          ...PARTNER_ONLY,
          GATEHOUSE_ENVIRONMENTS: await environmentsFile(stack, {
            apiBaseUrl: proxy.through(stack.simulator.apiBaseUrl),
          }),
        },
  );
  await untilReady(victim);
  // The process now has its token, its data key and its connection to e-RS.
  if (point.killAt === 'in-mint') unusedSigns += 1;
  else if (point.target !== 'token') expect(await call(victim)).toMatchObject({ status: 200, code: null });
  const request = await requestOf(point);
  const before = await ersRequests();
  const { target = 'ers', fault, times, killAt, after = 0 } = point;
  const arrivedBefore = (await requestsAt(target)).length;
  if (fault !== undefined)
    await stack.simulator.control('POST', '/faults', {
      target,
      fault,
      ...(times === undefined ? {} : { times }),
    });
  if (killAt !== undefined) await victim.hook({ killAt, after });
  if (proxy !== null) {
    // Each request has a new connection, so that its bytes are counted from the first.
    proxy.cut();
    point.proxy?.(proxy);
  }
  const receivedBefore = proxy?.received() ?? { up: 0, down: 0 };
  const pendingAnswer = call(victim, request);
  if (killAt === undefined) {
    await until('it is at the point', async () => {
      if (proxy === null) return (await requestsAt(target)).length > arrivedBefore;
      const { up = 0, down = 0 } = point.afterBytes ?? {};
      const { up: upNow, down: downNow } = proxy.received();
      return upNow - receivedBefore.up >= up && downNow - receivedBefore.down >= down;
    });
    victim.kill('SIGKILL');
  }
  const answer = await pendingAnswer;
  expect(await victim.ended).toBe('SIGKILL');
  lastKilledMs = performance.now();
  await proxy?.close();
  const hits = (await ersRequests()).slice(before.length);
  return {
    answer,
    hits: hits.length,
    stateChanges: hits.filter(({ stateChange }) => stateChange === true).length,
  };
}

/** The states of the rotating application's keys, by kid. */
async function keyStates(): Promise<Record<string, string>> {
  const { items } = await stack.admin<{ items: { kid: string; state: string }[] }>(
    'GET',
    `/signing-keys?organisation=${rotating.odsCode}`,
  );
  return Object.fromEntries(items.map(({ kid, state }) => [kid, state]));
}

/** A change through the admin API of one process. */
const change = (gateway: GatewayProcess, path: string, body: object): Promise<'answered' | 'broken off'> =>
  fetch(`${gateway.admin}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then(
    () => 'answered' as const,
    () => 'broken off' as const,
  );

const killed: { point: Point; answer: GatewayAnswer }[] = [];

describe.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i', () => {
  it.each(POINTS)(
    '$name, $kind: the caller gets no complete answer, and e-RS gets the request only if it was sent',
    async (point) => {
      const { answer, hits, stateChanges } = await killAt(point);
      expect(answer.complete).toBe(false);
      if (point.name !== 'mid stream') expect(answer.status).toBe(null);
      expect([hits, stateChanges]).toEqual([point.arrives, point.changes ?? 0]);
      killed.push({ point, answer });
    },
  );

  it('while KMS creates a signing key: no key is registered, and another replica creates one', async () => {
    const victim = await stack.startGateway(WITHOUT_WORKER);
    const keys = await keyStates();
    const before = (await requestsAt('kms')).length;
    await stack.simulator.control('POST', '/faults', {
      target: 'kms',
      match: { kmsAction: 'GetPublicKey' },
      fault: { hang: true },
    });
    const creating = change(victim, '/signing-keys', applicationChoice(rotating));
    await until('KMS was asked for the public key', async () =>
      (await requestsAt('kms')).slice(before).some(({ kmsAction }) => kmsAction === 'GetPublicKey'),
    );
    victim.kill('SIGKILL');
    await victim.ended;
    lastKilledMs = performance.now();
    await stack.simulator.control('DELETE', '/faults');
    expect(await creating).toBe('broken off');
    expect(await keyStates()).toEqual(keys);
    const { kid } = await stack.admin<{ kid: string }>('POST', '/signing-keys', applicationChoice(rotating));
    expect(await keyStates()).toEqual({ ...keys, [kid]: 'PENDING' });
    await stack.admin('POST', `/signing-keys/${kid}/publish`, {});
  });

  it('during a rotation: no key has changed its state, and another replica completes the rotation', async () => {
    const victim = await stack.startGateway(WITHOUT_WORKER);
    const keys = await keyStates();
    const kidIn = (state: string) => Object.keys(keys).find((kid) => keys[kid] === state) ?? '';
    const [active, published] = [kidIn('ACTIVE'), kidIn('PUBLISHED')];
    await stack.sql.query(`UPDATE signing_key SET published_at = now() - interval '3 hours' WHERE kid = $1`, [
      published,
    ]);
    // The state of the old key is changed first; then the rotation waits for this lock.
    const lock = await stack.sql.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT FROM signing_key WHERE kid = $1 FOR UPDATE', [published]);
    const rotation = change(victim, `/signing-keys/${published}/activate`, {});
    await until('the rotation is half-way', async () => {
      const { rows } = await stack.sql.query(
        `SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%signing_key%'`,
      );
      return rows.length > 0;
    });
    victim.kill('SIGKILL');
    await victim.ended;
    lastKilledMs = performance.now();
    await lock.query('ROLLBACK');
    lock.release();
    expect(await rotation).toBe('broken off');
    expect(await keyStates()).toEqual(keys);
    await stack.admin('POST', `/signing-keys/${published}/activate`, {});
    expect(await keyStates()).toEqual({ ...keys, [active]: 'RETIRING', [published]: 'ACTIVE' });
  });

  it('at any moment, under load', async () => {
    for (let n = 0; n < 2; n += 1) {
      const victim = await stack.startGateway(PARTNER_ONLY);
      const load = openLoop(80, () => call(victim));
      const enough = 40 + Math.random() * 24;
      await until('calls are answered', () => load.answers.length >= enough);
      victim.kill('SIGKILL');
      await victim.ended;
      lastKilledMs = performance.now();
      const answers = await load.stop();
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(10);
    }
    // A process that dies between signing and the token call leaves a signature that was never used.
    const { counters, tokenCalls } = await gather(stack);
    unusedSigns = counters.kmsSigns - tokenCalls.length;
  });
});

it('a gateway is ready again within 5 s', async () => {
  const startedMs = performance.now();
  const gateway = await stack.startGateway();
  await untilReady(gateway, 5_000);
  const readyMs = performance.now() - startedMs;
  // Its pid is known only now; the time that it waited for a core is counted from its start.
  expect(readyMs).toBeLessThan(5_000 + waitedSinceStartMs(gateway.child.pid));
  expect((await call(gateway)).status).toBe(200);
});

it('afterwards each attempt has the outcome that can be known of it', { timeout: 150_000 }, async () => {
  const { faults, evidence } = await prove(stack, {
    answers: allAnswers,
    callerOf: () => application,
    signsUnused: unusedSigns,
    canaries: ['9000000009', '000000070000', application.clientKey],
    // The lease of 30 s must expire, and then be watched for another 30 s.
    waitMs: 100_000,
  });
  const sweptS = (performance.now() - lastKilledMs) / 1000;
  const byCorrelation = new Map(
    [...evidence.intents.values()].map((row) => [row.record['correlationId'], row.attemptId]),
  );
  const outcomes = killed.map(({ point, answer }) => {
    const attemptId = byCorrelation.get(answer.correlationId);
    const outcome =
      attemptId === undefined ? 'no row' : evidence.outcomes.get(attemptId)?.[0]?.record['outcome'];
    return { point: `${point.name}, ${point.kind}`, outcome };
  });
  expect(outcomes).toEqual(
    killed.map(({ point }) => ({ point: `${point.name}, ${point.kind}`, outcome: point.outcome })),
  );
  expect(faults).toEqual(PROVED);
  // The survivors recorded them, none as NOT_SENT.
  const all = [...evidence.outcomes.values()].flat();
  expect(all.filter(({ record }) => record['outcome'] === 'NOT_SENT')).toEqual([]);
  const swept = evidence.system.filter(({ record }) => record['event'] === 'WRITER_SWEPT');
  const writers = await stack.sql.query<{ state: string }>('SELECT state FROM audit.writer');
  process.stdout.write(
    `F16: ${String(killed.length)} kills at points and ${String(2 * ROUNDS)} under load, ${String(swept.length)} writers swept, ` +
      `all recorded ${sweptS.toFixed(0)} s after the last; outcomes ${JSON.stringify(tally(all.map(({ record }) => String(record['outcome']))))}\n`,
  );
  expect(tally(writers.rows.map(({ state }) => state))['sweeping']).toBeUndefined();
  expect(survivor.logs()).not.toContain('uncaught');
});
