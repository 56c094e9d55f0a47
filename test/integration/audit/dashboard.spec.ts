/** The dashboard: traffic and failures by the hour from the real audit trail, and tasks, within a person's organisations. */
import { randomUUID } from 'node:crypto';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { addDays, londonDay } from '@gatehouse/domain/governance/london-day';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRollupStore } from '../../../apps/gateway/src/adapters/audit/rollup/rollup.store.ts';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { run as countTrail } from '../../../apps/gateway/src/jobs/audit/audit-rollups.job.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { sroAppointment } from '../../support/registry-rows.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';

const BOTH = ['platform-engineer', 'governance-officer'];

const LIVE = { apiBaseUrl: 'https://api.service.nhs.uk/referrals' };

type Dashboard = AnswerOf<'dashboardShow'>;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Within the 24 hours of a week ago. */
const LAST_WEEK_MS = 7 * DAY_MS + 2 * HOUR_MS;

let admin: AdminApi;
let log: AuditLog;
let priya: SignedIn;
let limited: SignedIn;
let greta: SignedIn;
let live: string;
let client: string;
let kid: string;
const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
const dayIn = (days: number): string => addDays(londonDay(now), days);

beforeAll(async () => {
  const environments = new Map([
    ['int', { kind: 'authenticated' as const, requestsPerMinute: 4, fourEyes: false, ...LIVE }],
  ]);
  admin = await startAdmin({ environments });
  log = admin.parts.audit;
  admin.clock.ms = now - 400 * DAY_MS;
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  ({ kid } = await admin.ok('keyCreate', { body: r69 }));
  admin.clock.ms = now;
  const application = await admin.db.application.findFirstOrThrow({
    where: { asid: '200000002454' },
    include: { bindings: true },
  });
  live = application.id;
  client = (await admin.db.client.findFirstOrThrow()).id;
  await requests(application.bindings[0]?.id ?? '');
  greta = await signIn(admin.db, 'Greta', ['governance-officer'], now);
  await needs();
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], now);
  const role = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  limited = await signIn(admin.db, 'Odd', [role], now);
});
afterAll(async () => {
  await admin.close();
});

async function requests(bindingId: string): Promise<void> {
  const minuteAgo = now - 60_000;
  for (const outcome of ['COMPLETED', 'COMPLETED', 'UNKNOWN'] as const) {
    const intent = intentOf({ startedAtMs: minuteAgo, bindingId });
    await log.intent(intent);
    await log.outcome(
      outcomeOf(intent, outcome === 'UNKNOWN' ? { outcome, code: 'GW_UPSTREAM' } : { outcome }),
    );
  }
  for (const agoMs of [5 * DAY_MS, LAST_WEEK_MS, 9 * DAY_MS]) {
    const longAgo = intentOf({ startedAtMs: now - agoMs, bindingId });
    await log.intent(longAgo);
    await log.outcome(outcomeOf(longAgo, { durationMs: 13, upstreamDurationMs: 10 }));
  }
  for (const code of ['GW_GRANT', 'GW_GRANT', 'GW_QUERY']) {
    const denied = deniedOf({ startedAtMs: now - 2 * HOUR_MS, code, bindingId, clientId: client });
    await log.denied({ ...denied, requestId: denied.attemptId });
  }
  const foreign = deniedOf({ startedAtMs: now - HOUR_MS, code: 'GW_SRO', odsCode: 'RCD', bindingId: null });
  await log.denied({ ...foreign, requestId: foreign.attemptId });
}

async function needs(): Promise<void> {
  const appointment = sroAppointment(new Date(now - 300 * DAY_MS));
  const due = (days: number) => new Date(now + days * DAY_MS);
  await admin.db.sroAppointment.createMany({
    data: [
      { ...appointment, odsCode: 'R69', reviewDueOn: new Date(dayIn(59)) },
      { ...appointment, odsCode: 'R69', reviewDueOn: new Date(dayIn(61)) },
      { ...appointment, odsCode: 'RCD', reviewDueOn: new Date(dayIn(-3)), name: 'Late Owner' },
      { ...appointment, odsCode: 'R69', reviewDueOn: new Date(dayIn(1)), withdrawnAt: new Date(now) },
    ],
  });
  const found = (key: string, odsCodes: string[], hoursAgo: number) => ({
    ...{ key, watch: 'unused-client', title: `${key} is unused`, body: '', whatToDo: 'Look.', odsCodes },
    ...{ path: '/clients', foundAt: new Date(now - hoursAgo * HOUR_MS), seenAt: new Date(now) },
  });
  await admin.db.upkeepFinding.createMany({
    data: [found('of R69', ['R69'], 2), found('of both', ['R69', 'RCD'], 1)],
  });
  await admin.db.upkeepFinding.createMany({
    data: [found('of RCD', ['RCD'], 3), found('of nobody', [], 4)],
  });
  const change = {
    diff: [],
    rules: [],
    requestedBy: 'x',
    requestedFrom: 'x',
  };
  const pending = (
    odsCodes: string[],
    expiresAt: Date,
    deciders = [BOTH],
    requestedByStaff: string | null = null,
  ) => ({
    ...change,
    deciders,
    requestedByStaff,
    id: randomUUID(),
    diffHash: randomUUID().replaceAll('-', '').repeat(2),
    action: 'sroAppoint',
    odsCodes,
    payloadSealed: new Uint8Array(),
    requestedAt: new Date(now),
    expiresAt,
  });
  await admin.db.pendingChange.createMany({
    data: [
      pending(['R69'], due(1), [['governance-officer']]),
      pending(['R69', 'RCD'], due(1)),
      pending(['RCD'], due(1), [BOTH], greta.staffId),
      pending(['R69'], due(-1)),
    ],
  });
  await admin.db.writeException.create({
    data: {
      ...{ applicationId: live, interaction: 'A028', useCaseReference: 'UC-1', grantedBy: 'x' },
      expiresAt: due(90),
    },
  });
  const fetched = (serviceId: string, uses: number, day = dayIn(0)) => ({
    ...{ applicationId: live, serviceId, uses, day: new Date(day) },
  });
  await admin.db.worklistUse.createMany({
    data: [fetched('1', 2), fetched('2', 2), fetched('3', 1), fetched('4', 2, dayIn(-1))],
  });
  const stop = {
    kind: 'organisation',
    odsCodes: ['R69'],
    stateBefore: 'active',
    reason: 'x',
    stoppedBy: 'x',
    stoppedByStaff: greta.staffId,
  };
  await admin.db.emergencyStop.create({
    data: { ...stop, id: randomUUID(), target: 'R69', stoppedAt: new Date(now) },
  });
  const emergency = { odsCodes: ['R69'], reason: 'x', disabledBy: 'x', disabledAt: new Date(now) };
  await admin.db.keyEmergency.create({ data: { ...emergency, id: randomUUID(), kid } });
}

async function read(query = '', person = priya): Promise<Dashboard> {
  const answer = await admin.call('GET', `/api/v1/dashboard${query}`, undefined, '', person.headers);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}
const total = ({ traffic }: Dashboard) =>
  traffic.reduce(
    (sum, hour) => [sum[0] + hour.completed, sum[1] + hour.refused, sum[2] + hour.failed] as const,
    [0, 0, 0] as readonly [number, number, number],
  );

describe('the dashboard', () => {
  it('counts the last 24 hours by the hour, and the failures by reason', async () => {
    const dashboard = await read();
    expect(dashboard.traffic).toHaveLength(24);
    expect(total(dashboard)).toEqual([2, 4, 1]);
    expect(dashboard.traffic.at(-1)).toEqual({
      at: new Date(now - HOUR_MS / 2).toISOString(),
      completed: 2,
      refused: 0,
      failed: 1,
    });
    expect(dashboard.traffic.at(-3)).toMatchObject({ refused: 3 });
    expect(dashboard.reasons.map(({ code, count }) => [code, count])).toEqual([
      ['GW_GRANT', 2],
      ['GW_QUERY', 1],
      ['GW_SRO', 1],
      ['GW_UPSTREAM', 1],
    ]);
    expect(dashboard.reasons[0]?.hours.at(-3)).toBe(2);
  });

  it('counts 7 days', async () => {
    const dashboard = await read('?days=7');
    expect(dashboard.traffic).toHaveLength(168);
    expect(total(dashboard)).toEqual([3, 4, 1]);
    expect((await admin.call('GET', '/api/v1/dashboard?days=32')).status).toBe(400);
  });

  it('has the figures of a range beside those of the same hours last week', async () => {
    const { figures, lastWeek, uncounted } = await read();
    expect(uncounted).toBe(0);
    expect(figures).toMatchObject({ requests: 7, failedShare: 1 / 7, refusedShare: 4 / 7 });
    expect(figures).toMatchObject({ ownMs: { p50: 5, p95: 5 }, upstreamMs: { p50: 18, p95: 20 } });
    expect(figures.perHour).toBeCloseTo(7 / 23.5);
    expect(lastWeek).toMatchObject({ requests: 1, failedShare: 0, refusedShare: 0, ownMs: { p50: 3 } });
    expect(lastWeek?.perHour).toBeCloseTo(1 / 24);
  });

  it('has a month, and no last week where the trail is younger', async () => {
    const dashboard = await read('?days=30');
    expect(dashboard.traffic).toHaveLength(720);
    expect(total(dashboard)).toEqual([5, 4, 1]);
    expect(dashboard).toMatchObject({ figures: { requests: 10 }, lastWeek: null });
  });

  it('says since when a reason is new', async () => {
    const { reasons } = await read();
    const news = Object.fromEntries(reasons.map(({ code, newSince }) => [code, newSince]));
    expect(news).toEqual({
      GW_GRANT: null,
      GW_QUERY: null,
      GW_SRO: new Date(now - HOUR_MS * 1.5).toISOString(),
      GW_UPSTREAM: new Date(now - HOUR_MS / 2).toISOString(),
    });
  });

  it('names the organisations with the most rejected and failed requests, worst first', async () => {
    const worst = async (query: string, person = priya) =>
      (await read(query, person)).worst.map(({ organisation, requests, refused, failed }) => [
        ...[organisation, requests, refused, failed],
      ]);
    expect(await worst('')).toEqual([
      ['R69', 6, 3, 1],
      ['RCD', 1, 1, 0],
    ]);
    expect(await worst('?days=30')).toEqual([
      ['R69', 9, 3, 1],
      ['RCD', 1, 1, 0],
    ]);
    expect(await worst('', limited)).toEqual([['RCD', 1, 1, 0]]);
    expect((await read()).worst[0]?.name).toBe('Example NHS Trust');
  });

  it('names the clients with the most rejected and failed requests, and why', async () => {
    const clients = async (query: string, person = priya) => (await read(query, person)).worstClients;
    const registered = {
      ...{ clientId: client, name: 'worklist-sync', environment: 'int' },
      ...{ refused: 3, failed: 0, code: 'GW_GRANT' },
    };
    const gone = { clientId: 'client-1', name: null, environment: null };
    expect(await clients('')).toEqual([registered, { ...gone, refused: 1, failed: 1, code: 'GW_SRO' }]);
    expect(await clients('', limited)).toEqual([{ ...gone, refused: 1, failed: 0, code: 'GW_SRO' }]);
  });

  it('has the same numbers as the lists behind them', async () => {
    const found = async (filter: string) => {
      const from = new Date(now - HOUR_MS / 2 - 23 * HOUR_MS).toISOString();
      const answer = await admin.call(
        'GET',
        `/api/v1/audit?organisation=R69&from=${from}&${filter}`,
        undefined,
        admin.tokens.audit,
      );
      return answer.body.items.length;
    };
    expect(await found('kind=REQUEST')).toBe(6);
    expect(await found('outcome=REFUSED')).toBe(3);
    expect(await found('outcome=ANY_FAILURE')).toBe(1);
    expect(await found('outcome=NOT_COMPLETED')).toBe(4);
  });

  it('has the same figures before and after the records are counted, in parts or all of them', async () => {
    const trafficOf = async (query: string, person: SignedIn) => {
      const { traffic, reasons, figures, lastWeek, uncounted, worst, worstClients } = await read(
        query,
        person,
      );
      return { traffic, reasons, figures, lastWeek, uncounted, worst, worstClients };
    };
    const everything = async () => ({
      day: await trafficOf('', priya),
      week: await trafficOf('?days=7', priya),
      month: await trafficOf('?days=30', priya),
      limited: await trafficOf('', limited),
    });
    const uncounted = await everything();
    const store = openRollupStore(admin.parts.auditDatabase);
    expect(await store.countPage(log.writerId, 0, 5, now)).toBe(5);
    expect(await everything()).toEqual(uncounted);
    const parts = { store, now: Date.now, monotonicNow: () => performance.now() };
    await countTrail({ ...parts, signal: new AbortController().signal });
    expect(await admin.ok('rollupShow', {}, admin.tokens.audit)).toMatchObject({ uncounted: 0 });
    expect(await everything()).toEqual(uncounted);
  });

  it('lists what somebody must do', async () => {
    const { drafts, oldKeys, srosDue, upkeep, nearQuota, worklistsUsedUp, ...counts } = await read();
    expect(drafts).toHaveLength(1);
    expect(drafts[0]?.missing.length).toBeGreaterThan(0);
    expect(oldKeys).toMatchObject([{ kid, owner: { kind: 'application', id: live } }]);
    expect(srosDue.map(({ organisation, name }) => [organisation, name])).toEqual([
      ['RCD', 'Late Owner'],
      ['R69', 'Sam Owner'],
    ]);
    expect(upkeep.map(({ key }) => key)).toEqual(['of both', 'of R69', 'of RCD', 'of nobody']);
    expect(upkeep[0]).toEqual({
      ...{ key: 'of both', title: 'of both is unused', whatToDo: 'Look.', path: '/clients' },
      foundAt: new Date(now - HOUR_MS).toISOString(),
    });
    expect(counts).toMatchObject({
      ...{ approvalsPending: 3, stopsInForce: 1, stopsUnreviewed: 1 },
      keyEmergenciesUnreviewed: 1,
    });
    expect(nearQuota).toMatchObject([{ applicationId: live, callsPerMinute: 3, requestsPerMinute: 4 }]);
    expect(worklistsUsedUp).toMatchObject([{ applicationId: live, services: 2 }]);
  });

  it('shows nothing about other organisations, not even a number', async () => {
    const dashboard = await read('', limited);
    expect(total(dashboard)).toEqual([0, 1, 0]);
    expect(dashboard.figures).toMatchObject({ requests: 1, refusedShare: 1, ownMs: null, upstreamMs: null });
    expect(dashboard.reasons.map(({ code }) => code)).toEqual(['GW_SRO']);
    expect(dashboard).toMatchObject({
      drafts: [],
      oldKeys: [],
      nearQuota: [],
      worklistsUsedUp: [],
      approvalsPending: 1,
      stopsInForce: 0,
      stopsUnreviewed: 0,
      keyEmergenciesUnreviewed: 0,
    });
    expect(dashboard.srosDue.map(({ organisation }) => organisation)).toEqual(['RCD']);
    expect(dashboard.upkeep.map(({ key }) => key)).toEqual(['of RCD']);
    const own = { role: 'auditor', odsCodes: ['R69'] } as const;
    const r69Only = await signIn(admin.db, 'Rae', [own], now);
    expect(total(await read('', r69Only))).toEqual([2, 3, 1]);
  });

  it('of one organisation shows its numbers, but only to its own people', async () => {
    const traffic = (odsCode: string, person: SignedIn) =>
      admin.call('GET', `/api/v1/traffic/${odsCode}`, undefined, '', person.headers);
    expect(total((await traffic('R69', priya)).body)).toEqual([2, 3, 1]);
    expect(total((await traffic('RCD', limited)).body)).toEqual([0, 1, 0]);
    const answer = await traffic('R69', limited);
    expect(answer.status).toBe(404);
  });

  it('shows no SRO to a token that may not read SROs', async () => {
    expect((await admin.ok('dashboardShow', {}, admin.tokens.registry)).srosDue).toEqual([]);
    expect((await admin.ok('dashboardShow', {}, admin.tokens.governance)).srosDue).toHaveLength(2);
  });
});

it.each([
  ['sro-appointments', 4, 1],
  ['sro-appointments?only=standing', 3, 1],
  ['sro-appointments?organisation=R69', 3, 0],
  ['signing-keys', 1, 0],
  ['signing-keys?state=ACTIVE', 1, 0],
  ['signing-keys?state=RETIRING', 0, 0],
  ['changes', 4, 1],
  ['changes?state=pending', 3, 1],
  ['changes?organisation=R69', 0, 0],
  ['write-exceptions', 1, 0],
])('the total of %s is as long as its list: %i, and %i for a limited role', async (path, all, own) => {
  const read = async (url: string, { headers }: SignedIn) => {
    const { status, body, text } = await admin.call('GET', `/api/v1/${url}`, undefined, '', headers);
    expect(status, text).toBe(200);
    return body;
  };
  for (const [person, total] of [
    [priya, all],
    [limited, own],
  ] as const) {
    expect(await read(`totals/${path}`, person)).toEqual({ total, isMore: false });
    expect((await read(path, person)).items).toHaveLength(total);
  }
});

it('every role sees the replicas: well, unwell, or silent for more than half a minute', async () => {
  const replica = (version: string, agoS: number, faults: string[], overdueJobs: string[] = []) =>
    admin.db.$executeRaw`
      INSERT INTO replica (id, roles, version, started_at, seen_at, faults, overdue_jobs)
      VALUES (gen_random_uuid(), '{partner}', ${version}, now(), now() - make_interval(secs => ${agoS}),
              ${faults}::text[], ${overdueJobs}::text[])`;
  await replica('1', 0, []);
  await replica('2', 12, ['the audit trail takes no writes'], ['probes']);
  await replica('3', 60, [], ['housekeeping']);
  const ada = await signIn(admin.db, 'Ada', ['administrator'], now);
  const { status, body } = await admin.call('GET', '/api/v1/replicas', undefined, '', ada.headers);
  expect(status).toBe(200);
  const states = body.replicas.map(({ version, state }: { version: string; state: string }) => [
    ...[version, state],
  ]);
  expect(states.toSorted()).toEqual([
    ['1', 'well'],
    ['2', 'unwell'],
    ['3', 'silent'],
  ]);
  expect(body.overdueJobs).toEqual(['probes']);
});

describe('what waits for one person', () => {
  const waiting = async (name: string, roles: Parameters<typeof signIn>[2]) => {
    const { headers } = await signIn(admin.db, name, roles, now);
    const { body } = await admin.call('GET', '/api/v1/waiting', undefined, '', headers);
    return body;
  };
  const nothing = { approvals: 0, stops: 0, keyEmergencies: 0, unrecordedSignatures: 0, failedJobs: 0 };

  it('is what they may decide, review or run again, within their organisations', async () => {
    await admin.db.upkeepFinding.create({
      data: {
        ...{ key: 'signature', watch: 'unrecorded-signature', title: '', body: '', whatToDo: '' },
        ...{
          path: '/unrecorded-signatures',
          odsCodes: ['RCD'],
          foundAt: new Date(now),
          seenAt: new Date(now),
        },
      },
    });
    await admin.db.backgroundJob.create({
      data: {
        ...{ job: 'probe', queueId: 'q', state: 'failed', requestedBy: 'schedule', cause: 'x' },
        ...{ requestedAt: new Date(now), endedAt: new Date(now) },
      },
    });
    const everything = { stops: 1, keyEmergencies: 1, unrecordedSignatures: 1 };
    expect(await waiting('Gita', ['governance-officer'])).toEqual({
      ...nothing,
      ...everything,
      approvals: 3,
    });
    expect(await waiting('Pia', ['platform-engineer'])).toEqual({ ...nothing, approvals: 2, failedJobs: 1 });
    expect(await waiting('Grace', [{ role: 'governance-officer', odsCodes: ['RCD'] }])).toEqual({
      ...nothing,
      ...{ approvals: 1, unrecordedSignatures: 1 },
    });
    expect(await waiting('Pat', [{ role: 'platform-engineer', odsCodes: ['R69'] }])).toEqual(nothing);
    expect(await waiting('Omar', ['auditor'])).toEqual(nothing);
    expect(await waiting('Ada', ['administrator'])).toEqual(nothing);
  });

  it('is not their own request, nor their own stop', async () => {
    const { body } = await admin.call('GET', '/api/v1/waiting', undefined, '', greta.headers);
    expect(body).toMatchObject({ approvals: 2, stops: 0, keyEmergencies: 1 });
  });
});

describe('the work of one person', () => {
  type OwnWork = AnswerOf<'ownWorkShow'>;
  const workOf = async ({ headers }: Pick<SignedIn, 'headers'>): Promise<OwnWork> => {
    const { status, body, text } = await admin.call('GET', '/api/v1/own-work', undefined, '', headers);
    expect(status, text).toBe(200);
    return body;
  };
  const names = ({ ending }: OwnWork) => ending.map(({ kind, name }) => `${kind}: ${name}`);

  it('is what they may decide, and what they have requested', async () => {
    const { decisions, requests } = await workOf(greta);
    expect(decisions.map(({ organisations }) => organisations).toSorted()).toEqual([['R69'], ['R69', 'RCD']]);
    expect(requests).toMatchObject([{ organisations: ['RCD'], state: 'pending' }]);
    const omar = await workOf(await signIn(admin.db, 'Oskar', ['auditor'], now));
    expect(omar).toEqual({ decisions: [], requests: [], ending: [] });
  });

  it('is what their role renews and what is theirs, if it ends within 60 days', async () => {
    const inDays = (days: number) => new Date(now + days * DAY_MS);
    const client = await admin.db.client.findFirstOrThrow();
    const key = (keyId: string, days: number, revokedAt: Date | null = null) => ({
      ...{ keyId, clientId: client.id, label: 'sync', secretHash: 'a'.repeat(64), createdBy: 'x', revokedAt },
      ...{ createdAt: inDays(-90), expiresAt: inDays(days) },
    });
    await admin.db.clientCredential.createMany({
      data: [
        key('keySoon00000', 10),
        key('keyLater0000', 61),
        key('keyGone00000', -1),
        key('keyEnded0000', 10, inDays(-1)),
      ],
    });
    const exception = { interaction: 'A028', useCaseReference: 'UC-1', grantedBy: 'x' };
    await admin.db.writeException.create({
      data: { ...exception, applicationId: live, expiresAt: inDays(20) },
    });
    const pia = await signIn(admin.db, 'Pia', ['platform-engineer'], now);
    const token = (tokenId: string, staffId: string) => ({
      ...{
        tokenId,
        staffId,
        label: 'pipeline',
        secretHash: 'b'.repeat(64),
        scopes: ['registry'],
        createdBy: 'x',
      },
      ...{ createdAt: inDays(-1), expiresAt: inDays(5) },
    });
    await admin.db.adminToken.createMany({
      data: [token('tokenOfPia00', pia.staffId), token('tokenOfGreta', greta.staffId)],
    });
    expect(names(await workOf(pia))).toEqual([
      'API token: pipeline (tokenOfPia00)',
      `client key: keySoon00000 (sync) of ${client.name} in int`,
    ]);
    expect(names(await workOf(greta))).toEqual([
      'appointment: Late Owner, owner of RCD',
      'API token: pipeline (tokenOfGreta)',
      expect.stringMatching(/^write exception: A028 of .*ReferWell/),
      expect.stringMatching(/^appointment: .*, owner of R69$/),
    ]);
    // A role for RCD alone renews nothing of R69.
    expect(names(await workOf(limited))).toEqual([]);
    const rcd = [{ role: 'governance-officer', odsCodes: ['RCD'] }] as const;
    expect(names(await workOf(await signIn(admin.db, 'Rcd', rcd, now)))).toEqual([
      'appointment: Late Owner, owner of RCD',
    ]);
  });

  it('has the reviews of those whose own appointment it is, by their address, whatever their role', async () => {
    await admin.db.sroAppointment.updateMany({
      where: { name: 'Late Owner' },
      data: { email: 'Olive@Example.org' },
    });
    const olive = await workOf(await signIn(admin.db, 'Olive', ['auditor'], now));
    expect(names(olive)).toEqual(['appointment: Late Owner, owner of RCD']);
    expect(londonDay(Date.parse(olive.ending[0]?.endsAt ?? ''))).toBe(dayIn(-3));
  });
});

it('says that an environment which leads to the live NHS is production, whatever its name', async () => {
  const { body } = await admin.call('GET', '/api/v1/session', undefined, '', greta.headers);
  expect(body.environments).toMatchObject([{ name: 'int', isServed: true, isProduction: true }]);
});
