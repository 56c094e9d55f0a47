/**
 * The database fails while the gateway uses it (faults F1 to F5, F13, a replica cut off): there is no call and no
 * answer without its record, no caller waits longer than the budget, and afterwards the audit trail says what happened.
 */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseRows } from '../../support/audit/refuse-rows.ts';
import { callGateway, openLoop, tally, type GatewayAnswer, type GatewayRequest } from '../../support/load.ts';
import { watchMachine } from '../../support/servers/machine.ts';
import { onboard, type Onboarded, allowWrite } from '../../support/onboard.ts';
import { type FragileServer, startServer } from '../../support/servers/postgres.ts';
import type { GatewayProcess } from '../../support/servers/processes.ts';
import { gather, prove, PROVED, UNHURRIED } from '../../support/proofs.ts';
import { IS_FULL_SIZE, ROUNDS } from '../../support/size.ts';
import { until } from '../../support/until.ts';
import { PARTNER_ONLY, type Stack, startStack } from '../../support/servers/stack.ts';
import { startTcpProxy, type TcpProxy } from '../../support/servers/tcp-proxy.ts';

let server: FragileServer;
let stack: Stack;
let gateway: GatewayProcess;
let farGateway: GatewayProcess;
let proxy: TcpProxy;
let application: Onboarded;
let otherApplication: Onboarded;
const allAnswers: GatewayAnswer[] = [];
const callers = new Map<string, Onboarded>();
let referrals = 0;

/** The longest that a caller may wait for a refusal: the budget of a commit, and a little for the network. */
const MOST_MS = 2_200;
/** Small in `npm test`, so that the queue fills before the stall is noticed, even on a slow machine. */
const MAX_QUEUE = IS_FULL_SIZE ? 1_024 : 128;
const BURST = Math.round(1.75 * MAX_QUEUE);
/** The delay of each packet to and from a slow PostgreSQL. */
const SLOW_MS = 150;

beforeAll(async () => {
  server = await startServer();
  stack = await startStack({
    server,
    worker: false,
    requestsPerMinute: UNHURRIED,
    settings: {
      GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS: '10000',
      GATEHOUSE_MAX_AUDIT_QUEUE: String(MAX_QUEUE),
    },
  });
  gateway = stack.gateway;
  [application, otherApplication] = (await onboard(stack, [{ odsCode: 'R69' }, { odsCode: 'X26' }])) as [
    Onboarded,
    Onboarded,
  ];
  await allowWrite(stack, {
    environment: 'local',
    organisation: 'R69',
    product: 'ReferWell',
    capability: 'provider',
    interaction: 'A013',
    useCaseReference: 'TEST-1',
    expiresOn: new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10),
  });
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  const { host } = new URL(stack.database.appUrl);
  proxy = await startTcpProxy(host);
  farGateway = await stack.startGateway({
    ...PARTNER_ONLY,
    DATABASE_URL: proxy.through(stack.database.appUrl),
  });
  await stack.settled();
});
afterAll(async () => {
  await stack.stop();
  await proxy.close();
  await server.stop();
});

async function call(caller: Onboarded, more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  const answer = await callGateway({ gateway: gateway.partner, key: caller.clientKey, ...more });
  callers.set(answer.correlationId, caller);
  allAnswers.push(answer);
  return answer;
}

/** Writes to a new referral. */
async function accept(more: Partial<GatewayRequest> = {}): Promise<GatewayAnswer> {
  referrals += 1;
  const ubrn = String(80_000 + referrals).padStart(12, '0');
  await stack.simulator.control('POST', '/referrals', { ubrn, state: 'BOOKED' });
  return call(application, {
    method: 'POST',
    path: `/FHIR/STU3/ReferralRequest/${ubrn}/$ers.acceptReferral`,
    headers: { 'if-match': 'W/"1"' },
    ...more,
  });
}

function proved(): ReturnType<typeof prove> {
  return prove(stack, {
    answers: allAnswers,
    callerOf: (id) => callers.get(id),
    canaries: ['9000000009', '000000070000', application.clientKey, otherApplication.clientKey],
  });
}

/** Of the main thread. */
const isOutageOfTrail = (line: string): boolean =>
  line.includes('the audit database is lost') && !line.includes('"thread":"admin"');
const hits = async (): Promise<number> => (await gather(stack)).hits.length;
const ready = async (replica: GatewayProcess): Promise<number> =>
  (await fetch(`${replica.status}/ready`)).status;
const outcomeOf = async (attemptId: string | null): Promise<unknown> =>
  (await gather(stack)).outcomes.get(attemptId ?? '')?.[0]?.record['outcome'];
/** In the order in which they were written, by either replica. */
async function systemEvents(name: string): Promise<readonly Record<string, unknown>[]> {
  const { system } = await gather(stack);
  return system
    .map(({ record }) => record)
    .filter(({ event }) => event === name)
    .sort((a, b) => Number(a['atMs']) - Number(b['atMs']))
    .map(({ facts }) => facts as Record<string, unknown>);
}

describe.each(Array.from({ length: ROUNDS }, (_, round) => round))('round %i', () => {
  it('F1: PostgreSQL is down: every call is refused in time, nothing is sent, and the outage is recorded afterwards', async () => {
    expect((await call(application)).status).toBe(200);
    expect((await call(application, { gateway: farGateway.partner })).status).toBe(200);
    const before = await gather(stack);
    const outages = before.system.filter(({ record }) => record['event'] === 'AUDIT_OUTAGE').length;
    const jwks = await fetch((await applicationOf(application)).jwksUrl);
    expect(jwks.status).toBe(200);
    const keys = await jwks.text();

    await server.crash();
    const lateMs = watchMachine(gateway.child.pid);
    const load = openLoop(40, () => call(application));
    await until('60 calls were refused', () => load.answers.length >= 60);
    expect(await ready(gateway)).toBe(503);
    expect((await fetch(`${gateway.status}/live`)).status).toBe(200);
    const served = await fetch(jwks.url);
    expect([served.status, await served.text()]).toEqual([200, keys]);
    const refused = await load.stop();
    expect(tally(refused.map(({ status, code }) => `${String(status)} ${String(code)}`))).toEqual({
      '503 GW_AUDIT_UNAVAILABLE': refused.length,
    });
    expect(new Set(refused.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['5']));
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(MOST_MS + lateMs());

    await server.restart();
    await until(
      'the replicas are ready',
      async () => (await ready(gateway)) === 200 && (await ready(farGateway)) === 200,
      15_000,
    );
    const recorded = async () => (await systemEvents('AUDIT_OUTAGE')).slice(outages);
    const countsOf = (events: Awaited<ReturnType<typeof recorded>>) =>
      events.map(({ count }) => Number(count)).toSorted((a, b) => a - b);
    // One chain refused all the calls and the others got none; each records how many. The chain of an admin thread
    // records the outage only if it noticed it.
    await until(
      'the replicas record the outage',
      async () => {
        const counts = countsOf(await recorded());
        return counts.length >= 2 && counts.at(-1) === refused.length;
      },
      15_000,
    );
    const after = await gather(stack);
    expect(after.hits.length).toBe(before.hits.length);
    expect(after.tokenCalls.length).toBe(before.tokenCalls.length);
    expect(after.counters.kmsSigns).toBe(before.counters.kmsSigns);
    const events = await recorded();
    expect(countsOf(events).filter((count) => count !== 0)).toEqual([refused.length]);
    for (const { firstAtMs, lastAtMs } of events) expect(Number(lastAtMs)).toBeGreaterThan(Number(firstAtMs));
    expect((await call(application)).status).toBe(200);
    expect((await proved()).faults).toEqual(PROVED);
    process.stdout.write(
      `F1: ${String(refused.length)} refused, longest ${Math.max(...refused.map(({ ms }) => ms)).toFixed(0)} ms\n`,
    );
  });

  it('F2: PostgreSQL is slow: calls are slower within the budget, and refused beyond it', async () => {
    const far = (): Promise<GatewayAnswer> => call(otherApplication, { gateway: farGateway.partner });
    expect((await far()).status).toBe(200);
    proxy.delay(SLOW_MS);
    const slow = await Promise.all(Array.from({ length: 5 }, far));
    expect(tally(slow.map(({ status }) => status))).toEqual({ 200: 5 });
    // INTENT and OUTCOME each needed a round trip.
    expect(Math.min(...slow.map(({ ms }) => ms))).toBeGreaterThan(4 * SLOW_MS);

    const before = await hits();
    proxy.delay(5_000);
    const lateMs = watchMachine(farGateway.child.pid);
    const load = openLoop(20, far);
    await until('40 calls were refused', () => load.answers.length >= 40);
    const refused = await load.stop();
    expect(await hits()).toBe(before);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(MOST_MS + lateMs());
    // The other replica was not affected.
    expect((await call(otherApplication)).status).toBe(200);

    proxy.pass();
    await until('the replica is ready again', async () => (await ready(farGateway)) === 200, 20_000);
    expect((await far()).status).toBe(200);
    const { faults, evidence } = await proved();
    expect(faults).toEqual(PROVED);
    // An INTENT that was committed after its caller was refused never became a call.
    const ids = new Set(refused.map(({ correlationId }) => correlationId));
    const late = [...evidence.intents.values()].filter(({ record }) =>
      ids.has(String(record['correlationId'])),
    );
    expect(
      late.filter(({ attemptId }) => evidence.outcomes.get(attemptId)?.[0]?.record['outcome'] !== 'NOT_SENT'),
    ).toEqual([]);
    process.stdout.write(
      `F2: ${String(refused.length)} refused, ${String(late.length)} INTENT rows came late\n`,
    );
  });

  it('F13: PostgreSQL’s disk is full: nothing is sent, and once there is space the chains are intact', async () => {
    expect((await call(application)).status).toBe(200);
    const acceptRows = await refuseRows(stack.database.superuserUrl, 'true', {
      message: 'could not extend file "base/1/1": No space left on device',
      sqlState: 'disk_full',
    });
    const before = await hits();
    const lateMs = watchMachine(gateway.child.pid);
    const logged = gateway.logs().length;
    const first = [await call(application)];
    // From then on the trail is known to be unavailable, so nobody waits for it.
    const load = openLoop(20, (n) => (n % 4 === 0 ? accept() : call(application)));
    await until('40 calls were refused', () => load.answers.length >= 40);
    expect(await ready(gateway)).toBe(503);
    const later = await load.stop();
    const refused = [...first, ...later];
    const laterMs = later.map(({ ms }) => ms).sort((a, b) => a - b);
    expect(laterMs[laterMs.length >> 1]).toBeLessThan(250 + lateMs());
    await acceptRows();
    expect(await hits()).toBe(before);
    const counts = tally(refused.map(({ status, code }) => `${String(status)} ${String(code)}`));
    process.stdout.write(`F13: ${JSON.stringify(counts)}\n`);
    expect(counts).toEqual({ '503 GW_AUDIT_UNAVAILABLE': refused.length });
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(MOST_MS + lateMs());
    await until('it is ready', async () => (await ready(gateway)) === 200, 15_000);
    const lost = gateway.logs().slice(logged).split('\n').filter(isOutageOfTrail);
    expect(lost).toHaveLength(1);
    expect((await call(application)).status).toBe(200);
    expect((await proved()).faults).toEqual(PROVED);
  });

  it('F3: PostgreSQL is killed between INTENT and OUTCOME: no answer is released, and the trail says WITHHELD', async () => {
    await stack.simulator.control('POST', '/faults', { target: 'ers', times: 2, fault: { delayMs: 1_000 } });
    const before = await hits();
    const reading = call(application);
    const writing = accept();
    await until('both arrived', async () => (await hits()) === before + 2);
    await server.crash();
    const [read, write] = await Promise.all([reading, writing]);
    expect([read.status, read.code]).toEqual([503, 'GW_AUDIT_UNAVAILABLE']);
    expect(read.text).not.toContain('ReferralRequest/000000070000');
    expect([write.status, write.code]).toEqual([500, 'GW_DELIVERED_UNCONFIRMED']);
    expect(write.headers['gatehouse-delivery']).toBe('sent');
    expect(write.text).toContain('Do not repeat');

    await server.restart();
    await until(
      'ready',
      async () => (await ready(gateway)) === 200 && (await ready(farGateway)) === 200,
      15_000,
    );
    await until(
      'the outcomes are recorded',
      async () =>
        (await outcomeOf(read.attemptId)) !== undefined && (await outcomeOf(write.attemptId)) !== undefined,
    );
    expect([await outcomeOf(read.attemptId), await outcomeOf(write.attemptId)]).toEqual([
      'WITHHELD',
      'WITHHELD',
    ]);
    expect(await hits()).toBe(before + 2);
    expect((await proved()).faults).toEqual(PROVED);
  });

  it('F3: every record that was acknowledged before a crash survives it', async () => {
    const load = openLoop(60, (n) =>
      call(n % 2 === 0 ? application : otherApplication, n % 3 === 0 ? { gateway: farGateway.partner } : {}),
    );
    await until('calls are served', () => load.answers.length >= 50);
    await server.crash();
    const answers = await load.stop();
    await server.restart();
    await until(
      'ready',
      async () => (await ready(gateway)) === 200 && (await ready(farGateway)) === 200,
      15_000,
    );
    const { faults } = await proved();
    expect(faults).toEqual(PROVED);
    const counts = tally(answers.map(({ status, code }) => code ?? status));
    expect(Object.keys(counts).every((name) => ['200', 'GW_AUDIT_UNAVAILABLE'].includes(name))).toBe(true);
    expect(counts['200']).toBeGreaterThan(30);
    process.stdout.write(`F3: ${JSON.stringify(counts)}\n`);
  });

  it('F4: the database rejects the OUTCOME of one request: only that request fails', async () => {
    const acceptRows = await refuseRows(
      stack.database.superuserUrl,
      `NEW.kind = 'OUTCOME' AND EXISTS (SELECT FROM audit.event i WHERE i.attempt_id = NEW.attempt_id
         AND i.kind = 'INTENT' AND i.record ->> 'correlationId' LIKE 'refuse-%')`,
    );
    const id = String(Date.now());
    const otherCalls = openLoop(30, () => call(otherApplication));
    const [read, write] = await Promise.all([
      call(application, { correlationId: `refuse-r-${id}` }),
      accept({ correlationId: `refuse-w-${id}` }),
    ]);
    await until('others were served meanwhile', () => otherCalls.answers.length >= 20);
    const beside = await otherCalls.stop();
    expect([read.status, read.code]).toEqual([503, 'GW_AUDIT_UNAVAILABLE']);
    expect([write.status, write.code, write.headers['gatehouse-delivery']]).toEqual([
      500,
      'GW_DELIVERED_UNCONFIRMED',
      'sent',
    ]);
    expect(tally(beside.map(({ status }) => status))).toEqual({ 200: beside.length });
    await acceptRows();
    await until(
      'both are recorded',
      async () =>
        (await outcomeOf(read.attemptId)) !== undefined && (await outcomeOf(write.attemptId)) !== undefined,
    );
    expect([await outcomeOf(read.attemptId), await outcomeOf(write.attemptId)]).toEqual([
      'WITHHELD',
      'WITHHELD',
    ]);
    expect((await proved()).faults).toEqual(PROVED);
  });

  it('F5: the chain is locked: calls are shed, none waits beyond its budget, and the status listener stays fast', async () => {
    const before = await hits();
    const locker = new pg.Client({ connectionString: stack.database.superuserUrl });
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT FROM audit.writer FOR UPDATE');
    const burst = Promise.all(Array.from({ length: BURST }, () => call(application)));
    await until('the chain is seen to stall', async () => (await ready(gateway)) === 503);
    const load = openLoop(100, () => call(application));
    const statusMs: number[] = [];
    while (statusMs.length < 15 || load.answers.length < 100) {
      const startedMs = performance.now();
      await (await fetch(`${gateway.status}/live`)).text();
      statusMs.push(performance.now() - startedMs);
    }
    const late = await load.stop();
    const refused = [...(await burst), ...late];
    await locker.query('ROLLBACK');
    await locker.end();
    const counts = tally(refused.map(({ code, status }) => code ?? status));
    // Measured by the gateway, since opening so many connections takes the test itself a while.
    const ids = new Set(refused.map(({ correlationId }) => correlationId));
    const linesSoFar = () =>
      gateway
        .logs()
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.includes('"msg":"request"'))
        .map((line) => JSON.parse(line) as { correlationId: string; code: string; durationMs: number })
        .filter(({ correlationId }) => ids.has(correlationId));
    await until('each call has its line in the log', () => linesSoFar().length >= refused.length);
    const lines = linesSoFar();
    const longest = Math.max(...lines.map(({ durationMs }) => durationMs));
    const shed = Math.max(
      ...lines.filter(({ code }) => code === 'GW_OVERLOAD').map(({ durationMs }) => durationMs),
    );
    const status = statusMs.sort((a, b) => a - b)[statusMs.length >> 1] ?? 0;
    process.stdout.write(
      `F5: ${JSON.stringify(counts)}, longest ${String(longest)} ms, shed within ${String(shed)} ms, status ${status.toFixed(0)} ms\n`,
    );
    expect(lines.length).toBe(refused.length);
    // On a busy machine even a call that waits for nothing takes this long.
    const machineMs = statusMs.at(-1) ?? 0;
    expect(longest).toBeLessThan(MOST_MS + machineMs);
    expect(shed).toBeLessThan(250 + machineMs);
    expect(Object.keys(counts).sort()).toEqual(['GW_AUDIT_UNAVAILABLE', 'GW_OVERLOAD']);
    // Once the chain has stalled, no call joins the queue any more.
    const lateIds = new Set(late.map(({ correlationId }) => correlationId));
    const lateMs = lines
      .filter(({ correlationId }) => lateIds.has(correlationId))
      .map(({ durationMs }) => durationMs);
    expect(lateMs.sort((a, b) => a - b)[lateMs.length >> 1]).toBeLessThan(250);
    expect(status).toBeLessThan(50);
    expect(await hits()).toBe(before);
    await until('ready', async () => (await ready(gateway)) === 200, 15_000);
    expect((await call(application)).status).toBe(200);
    expect((await proved()).faults).toEqual(PROVED);
  });

  it('a replica that is cut off from the database sends nothing, and catches up afterwards', async () => {
    const mine = async (): Promise<number> => {
      const { hits: all, intents } = await gather(stack);
      return all.filter(({ correlationId }) =>
        String(intents.get(correlationId ?? '')?.record['correlationId']).startsWith('far-'),
      ).length;
    };
    let n = 0;
    const far = (): Promise<GatewayAnswer> =>
      call(otherApplication, {
        gateway: farGateway.partner,
        correlationId: `far-${String(Date.now())}-${String((n += 1))}`,
      });
    expect((await far()).status).toBe(200);
    const [before, outages] = [await mine(), (await systemEvents('AUDIT_OUTAGE')).length];
    const logged = farGateway.logs().length;
    const lateMs = watchMachine(farGateway.child.pid);
    proxy.swallow();
    const load = openLoop(40, far);
    await until('the connection to the database is given up', () =>
      farGateway.logs().slice(logged).includes('the audit database is lost'),
    );
    const more = load.answers.length + 40;
    await until('calls are refused after that, too', () => load.answers.length >= more);
    const refused = await load.stop();
    expect(await mine()).toBe(before);
    const counts = tally(refused.map(({ status, code }) => `${String(status)} ${String(code)}`));
    expect(
      Object.keys(counts).every((text) =>
        ['503 GW_AUDIT_UNAVAILABLE', '503 GW_REGISTRY_STALE'].includes(text),
      ),
    ).toBe(true);
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(MOST_MS + lateMs());
    expect(await ready(farGateway)).toBe(503);
    // The other replica was not affected.
    expect((await call(otherApplication)).status).toBe(200);
    proxy.pass();
    await until('the replica is ready again', async () => (await ready(farGateway)) === 200, 20_000);
    expect((await far()).status).toBe(200);
    await until('the outage is recorded', async () => (await systemEvents('AUDIT_OUTAGE')).length > outages);
    expect((await proved()).faults).toEqual(PROVED);
    const { outcomes, intents } = await gather(stack);
    const late = [...intents.values()].filter(
      ({ record, attemptId }) =>
        String(record['correlationId']).startsWith('far-') &&
        outcomes.get(attemptId)?.[0]?.record['outcome'] === 'NOT_SENT',
    );
    process.stdout.write(
      `cut off: ${JSON.stringify(counts)}, ${String(late.length)} INTENT rows that came late are NOT_SENT\n`,
    );
  });
});

async function applicationOf(onboarded: Onboarded): Promise<{ jwksUrl: string }> {
  const keys = await stack.admin<{ items: { jwksUrl: string }[] }>(
    'GET',
    `/signing-keys?organisation=${onboarded.odsCode}`,
  );
  const url = keys.items[0]?.jwksUrl ?? '';
  return { jwksUrl: gateway.public + new URL(url).pathname };
}
