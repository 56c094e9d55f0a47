/** What the watches of upkeep find in the real audit trail: each cause is announced once, and gone when it has ended. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { INTERACTIONS } from '@gatehouse/domain/ers/interaction';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expiringTokens } from '../../../apps/gateway/src/adapters/people/expiring-tokens.ts';
import { runJwksWatch, runSignInWatch, runUsageWatch } from '../../../apps/gateway/src/jobs/upkeep-runs.ts';
import { serveJwks } from '../../../apps/gateway/src/public/jwks.ts';
import { type AdminApi, r69, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { deniedOf, intentOf, systemOf } from '../../support/audit/audit-trail.ts';
import { signIn } from '../../support/staff.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** The registry records real time, so the tests are a hundred days later. */
const LATER_MS = Date.now() + 100 * DAY_MS;

let admin: AdminApi;
let clientId: string;
let nowMs: number;
beforeAll(async () => {
  admin = await startAdmin({});
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  expect(applied.status, applied.text).toBe(200);
  ({ id: clientId } = await admin.db.client.findFirstOrThrow());
  await admin.db.clientCredential.create({
    data: {
      ...{ clientId, keyId: 'key-of-client', secretHash: 'a'.repeat(64), createdBy: 'test' },
      expiresAt: new Date(LATER_MS + 1_000 * DAY_MS),
    },
  });
  await admin.mark();
});
beforeEach(async () => {
  await admin.rewind();
  nowMs = LATER_MS;
});
afterAll(() => admin.close());

const parts = () => ({
  ...{ db: admin.db, auditDatabase: admin.parts.auditDatabase, now: () => nowMs },
  snapshot: () => admin.parts.registry.current(),
});
const usage = (signal = new AbortController().signal) => runUsageWatch(parts(), signal);
const signIns = () => runSignInWatch(parts(), new AbortController().signal);
const notices = () => admin.db.notice.findMany({ orderBy: [{ createdAt: 'asc' }, { title: 'asc' }] });
const findings = () => admin.db.upkeepFinding.findMany({ orderBy: { key: 'asc' } });

async function called(interaction: string, startedAtMs: number, odsCode = 'R69'): Promise<void> {
  await admin.parts.audit.intent(intentOf({ clientId, interaction, startedAtMs, odsCode }));
}

describe('a client that nobody uses', () => {
  it('is announced once, over several runs, several workers and a week of standstill', async () => {
    await Promise.all([usage(), usage(), usage()]);
    // A worker whose clock is a little behind.
    nowMs -= 1;
    await usage();
    nowMs += 1 + DAY_MS;
    await usage();
    nowMs += 7 * DAY_MS;
    await Promise.all([usage(), usage()]);
    expect(await notices()).toMatchObject([
      {
        ...{ kind: 'upkeep', path: '/clients/int~worklist-sync/show', odsCodes: ['R69'] },
        title: 'The client worklist-sync in int has not been used for 90 days',
        body: expect.stringContaining('no request within the last year'),
      },
    ]);
    expect(await findings()).toMatchObject([{ foundAt: new Date(LATER_MS), seenAt: new Date(nowMs) }]);
  });

  it.each([
    ['a request that e-RS received', () => called('A008', LATER_MS - 89 * DAY_MS)],
    [
      'a request that was refused',
      async () => {
        const denied = deniedOf({ clientId, startedAtMs: LATER_MS - DAY_MS });
        await admin.parts.audit.denied({ ...denied, requestId: denied.attemptId });
      },
    ],
  ])('is used after %s', async (_, use) => {
    await use();
    await usage();
    expect(await notices()).toEqual([]);
  });

  it('is announced again if it was used in between', async () => {
    await usage();
    await called('A008', LATER_MS + DAY_MS);
    nowMs += 2 * DAY_MS;
    await usage();
    expect(await findings()).toEqual([]);
    nowMs += 100 * DAY_MS;
    await usage();
    expect(await notices()).toHaveLength(2);
  });

  it('is not announced in its first 90 days', async () => {
    nowMs = Date.now() + 89 * DAY_MS;
    await usage();
    expect(await notices()).toEqual([]);
  });

  it.each([
    ['its key is revoked', () => admin.db.clientCredential.updateMany({ data: { revokedAt: new Date() } })],
    ['it is suspended', () => admin.db.client.updateMany({ data: { state: 'suspended' } })],
  ])('is not announced if %s', async (_, change) => {
    await change();
    await admin.upToDate();
    await usage();
    expect(await notices()).toEqual([]);
  });
});

describe('a deprecated interaction', () => {
  it('that is still called is announced once for each client and organisation', async () => {
    await called('A006', LATER_MS - 31 * DAY_MS);
    await called('A006', LATER_MS - 3 * DAY_MS);
    await called('A006', LATER_MS - 2 * DAY_MS);
    await called('A032', LATER_MS - DAY_MS, 'RCD');
    await called('A042', LATER_MS - DAY_MS);
    await Promise.all([usage(), usage()]);
    nowMs += 7 * DAY_MS;
    await usage();
    const last = new Date(LATER_MS - 2 * DAY_MS).toISOString().slice(0, 16).replace('T', ' ');
    expect(await notices()).toMatchObject([
      {
        ...{ kind: 'upkeep', odsCodes: ['R69'], path: '/clients/int~worklist-sync/show' },
        body: `It called A006 (Retrieve attachment) twice for Example NHS Trust (R69) within 30 days, the last time on ${last} UTC. NHS England may switch A006 off.`,
        whatToDo: expect.stringContaining('A042'),
      },
      { odsCodes: ['RCD'], title: expect.stringContaining('A032') },
    ]);
    nowMs = LATER_MS + 31 * DAY_MS;
    await usage();
    expect(await findings()).toEqual([]);
  });

  it('has an index that lists exactly those of the catalogue', async () => {
    const database = new pg.Client(admin.database.superuserUrl);
    await database.connect();
    try {
      const { rows } = await database.query<{ def: string }>(
        `SELECT pg_get_indexdef('audit.event_of_deprecated'::regclass) AS def`,
      );
      const listed = [...(rows[0]?.def ?? '').matchAll(/A0\d\d/g)].map(([id]) => id);
      expect(listed).toEqual(INTERACTIONS.filter(({ deprecated }) => deprecated).map(({ id }) => id));
    } finally {
      await database.end();
    }
  });
});

describe('failed sign-ins', () => {
  const failed = (times: number, atMs: number, facts: object = {}) =>
    Promise.all(
      Array.from({ length: times }, () =>
        admin.parts.audit.system({
          ...{ ...systemOf('SIGN_IN_REJECTED'), startedAtMs: atMs, atMs },
          facts: { address: '192.0.2.7', reason: 'refused', ...facts },
        }),
      ),
    );

  it('are announced once as long as they last, and again the next time', async () => {
    await failed(25, nowMs - MINUTE_MS);
    await Promise.all([signIns(), signIns()]);
    nowMs += 5 * MINUTE_MS;
    await failed(12, nowMs);
    nowMs += 9 * MINUTE_MS;
    await signIns();
    expect(await findings()).toHaveLength(1);
    nowMs += 60 * MINUTE_MS;
    await signIns();
    expect(await findings()).toEqual([]);
    await failed(25, nowMs - MINUTE_MS);
    await signIns();
    const found = await notices();
    expect(found).toMatchObject([{ kind: 'alarm', odsCodes: [] }, { kind: 'alarm' }]);
    expect(found[0]?.title).toBe('Unusually many sign-ins of staff failed: 25 within 15 minutes');
    expect(JSON.stringify(found)).not.toContain('192.0.2.7');
  });

  it('are compared with what is usual', async () => {
    const days = Array.from({ length: 7 }, (_, day) => day);
    // 6,720 within seven days are ten in a quarter of an hour.
    await Promise.all(
      days.map((day) =>
        admin.parts.audit.system({
          ...systemOf('REJECTION_SUMMARY'),
          startedAtMs: nowMs - day * DAY_MS - 60 * MINUTE_MS,
          facts: { addresses: 'others', code: 'SIGN_IN_REJECTED', count: 960 },
        }),
      ),
    );
    await failed(39, nowMs - MINUTE_MS);
    await signIns();
    expect(await notices()).toEqual([]);
    await failed(1, nowMs - MINUTE_MS);
    await signIns();
    expect(await notices()).toMatchObject([{ body: expect.stringContaining('Usual are 10.') }]);
  });

  it('that were only counted count, and those of the admin API do not', async () => {
    const summary = (code: string) =>
      admin.parts.audit.system({
        ...{ ...systemOf('REJECTION_SUMMARY'), startedAtMs: nowMs - MINUTE_MS },
        facts: { addresses: '192.0.2.0/24', code, count: 300 },
      });
    await summary('ADMIN_TOKEN_REJECTED');
    await signIns();
    expect(await notices()).toEqual([]);
    await summary('SIGN_IN_REJECTED');
    await signIns();
    expect(await notices()).toMatchObject([
      { title: 'Unusually many sign-ins of staff failed: 300 within 15 minutes' },
    ]);
  });
});

it('a JWKS URL that does not answer with the keys of the registry is an alarm until it does', async () => {
  await admin.ok('keyCreate', { body: r69 });
  await admin.upToDate();
  const { jwksId, id } = await admin.db.application.findFirstOrThrow({
    where: { signingKeys: { some: {} } },
  });
  let answer = serveJwks(() => admin.parts.registry.current());
  const right = answer;
  const server = createServer((request, response) => {
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const look = async () => {
    nowMs += MINUTE_MS;
    const environments = new Set(['int']);
    await runJwksWatch({ ...parts(), environments, publicUrl, pauseMs: 1 }, new AbortController().signal);
    return findings();
  };
  expect(await look()).toEqual([]);
  answer = (_, response) => response.end('{"keys":[]}');
  expect(await look()).toMatchObject([
    {
      ...{ key: `jwks ${jwksId}`, path: `/applications/${id}/show`, odsCodes: ['R69'] },
      body: expect.stringContaining('it answers with other keys than the registry holds'),
    },
  ]);
  answer = (_, response) => response.destroy();
  expect(await look()).toMatchObject([{ body: expect.stringContaining('it can’t be read') }]);
  expect(await notices()).toMatchObject([{ kind: 'alarm', title: expect.stringContaining('The JWKS URL') }]);
  answer = right;
  expect(await look()).toEqual([]);
  server.close();
});

it('tokens of the admin API that end soon are read with whose they are, and revoked ones are not', async () => {
  const person = await signIn(admin.db, 'Priya', [{ role: 'auditor', odsCodes: ['R69'] }], Date.now());
  const { id: staffId } = await admin.db.staff.findFirstOrThrow({ where: { name: 'Priya' } });
  expect(person).toBeDefined();
  const token = (label: string, days: number, more: object = {}) => ({
    ...{
      tokenId: `${label}0123456789`,
      label,
      secretHash: 'b'.repeat(64),
      scopes: ['audit'],
      createdBy: 'test',
    },
    ...{ expiresAt: new Date(nowMs + days * DAY_MS), ...more },
  });
  await admin.db.adminToken.createMany({
    data: [
      token('soon', 3),
      token('own', 4, { staffId }),
      token('wall', 5, { staffId, scopes: ['wall'], createdAt: new Date(nowMs) }),
      token('later', 15),
      token('ended', -1),
      token('revoked', 3, { revokedAt: new Date() }),
    ],
  });
  expect(await expiringTokens(admin.db, nowMs)).toMatchObject([
    { label: 'soon', isWall: false, owner: null },
    { label: 'own', isWall: false, owner: { staffId, roles: [{ role: 'auditor', odsCodes: ['R69'] }] } },
    { label: 'wall', isWall: true, owner: { staffId } },
  ]);
});
