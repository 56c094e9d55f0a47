/** Whatever ends a session of a healthcare worker, the audit trail has one record of it: who, when and why. */
import { createHash, randomUUID } from 'node:crypto';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endSessions } from '../../../apps/gateway/src/adapters/users/end-sessions.ts';
import { createEndRecords } from '../../../apps/gateway/src/adapters/users/record-ends.ts';
import { run as recordMissing } from '../../../apps/gateway/src/jobs/user-session-ends.job.ts';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const USER = '555000000001';
const LATER_MS = 3_600_000;

let admin: AdminApi;
let clientId: string;
let officer: SignedIn;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  clientId = (await admin.db.client.findFirstOrThrow()).id;
  officer = await signIn(admin.db, 'Olive Officer', ['platform-engineer'], admin.clock.ms);
});
afterAll(() => admin.close());
beforeEach(() => worker().recordMissing());

async function open(odsCode: string | null = 'R69'): Promise<string> {
  const at = new Date(Date.now() - 60_000);
  const { id } = await admin.db.userSession.create({
    data: {
      handleHash: createHash('sha256').update(randomUUID()).digest('hex'),
      ...{ environment: 'int', clientId, product: 'ReferWell', pattern: 'separate', userId: USER },
      ...{ authenticationLevel: 3, identityLevel: 3, authenticatedAt: at, createdAt: at, lastActiveAt: at },
      ...(odsCode === null ? {} : { odsCode, businessFunction: 'REFERRING_CLINICIAN' }),
    },
  });
  return id;
}

/** A worker, at a time when whatever ended a session has had its turn. */
const worker = (write = (event: SystemEvent): Promise<void> => admin.parts.audit.system(event)) =>
  createEndRecords({
    ...{ db: admin.db, write, now: () => Date.now() + LATER_MS },
    onFault: (error) => {
      throw error;
    },
  });
const rowOf = (id: string) => admin.db.userSession.findUniqueOrThrow({ where: { id } });
const recordsOf = async (id: string) => {
  const rows = await admin.db.$queryRaw<{ record: Record<string, unknown> }[]>`
    SELECT record FROM audit.event
     WHERE event = 'USER_SESSION_ENDED' AND record #>> '{facts,userSessionId}' = ${id}`;
  return rows.map(({ record }) => record);
};
const apply = (change: object) =>
  admin.call(
    'POST',
    '/api/v1/registry/apply',
    { document: { apiVersion: 'gatehouse/v1', ...change }, reason: 'a contract ended' },
    '',
    officer.headers,
  );
const state = {
  client: (to: string) => apply({ clients: [{ ...smallDocument.clients[0], state: to }] }),
  organisation: (to: string) => apply({ organisations: [{ ...smallDocument.organisations[0], state: to }] }),
};

/** The registry is active again afterwards. */
async function suspended<T>(what: keyof typeof state, work: () => Promise<T>): Promise<T> {
  expect((await state[what]('suspended')).text).not.toContain('fault');
  const result = await work();
  await state[what]('active');
  return result;
}

describe('the end of a session', () => {
  it.each(['client', 'organisation'] as const)(
    'with its %s names the person who suspended that, and why',
    async (what) => {
      const id = await open();
      const row = await suspended(what, () => rowOf(id));
      const endedBy = expect.stringContaining('Olive Officer') as string;
      expect(row).toMatchObject({ endedBy, endReason: `${what} suspended: a contract ended` });
      expect(await recordsOf(id)).toEqual([]);
      await recordMissing(worker());
      await recordMissing(worker());
      expect(await recordsOf(id)).toEqual([
        expect.objectContaining({
          ...{ clientId, odsCode: 'R69' },
          facts: {
            ...{ environment: 'int', product: 'ReferWell', userId: USER, userSessionId: id },
            ...{ by: row.endedBy, reason: row.endReason },
          },
        }),
      ]);
      expect((await rowOf(id)).endRecordedAt).not.toBeNull();
    },
  );

  it('by an emergency stop of the organisation for which it acts is recorded, and others go on', async () => {
    const [mine, elsewhere, unchosen] = [await open('RCD'), await open('R69'), await open(null)];
    const stop = { kind: 'organisation', organisation: 'RCD', reason: 'a leaked key' };
    const answer = await admin.call('POST', '/api/v1/emergency-stops', stop, '', officer.headers);
    expect(answer.status).toBe(200);
    await recordMissing(worker());
    expect(await recordsOf(mine)).toMatchObject([
      {
        facts: {
          by: expect.stringContaining('Olive') as string,
          reason: 'organisation suspended: emergency stop: a leaked key',
        },
      },
    ]);
    for (const id of [elsewhere, unchosen]) {
      expect((await rowOf(id)).endedAt).toBeNull();
      expect(await recordsOf(id)).toEqual([]);
    }
  });

  it('whose process died before the record is recorded later, once by however many workers', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => open()));
    await endSessions(admin.db, ids, { by: 'client', reason: 'signed out' }, Date.now());
    await Promise.all(Array.from({ length: 4 }, () => recordMissing(worker())));
    for (const id of ids) expect(await recordsOf(id)).toMatchObject([{ facts: { by: 'client' } }]);
  });

  it('is left to what ended it for ten seconds', async () => {
    const id = await open();
    await endSessions(admin.db, [id], { by: 'client', reason: 'signed out' }, Date.now());
    await recordMissing(admin.parts.endRecords);
    expect(await recordsOf(id)).toEqual([]);
    await admin.parts.endRecords.record([id]);
    await recordMissing(worker());
    expect(await recordsOf(id)).toHaveLength(1);
  });

  it('stays without a record while the trail takes none, and the others are not recorded twice', async () => {
    const [refused, written] = [await open(), await open()];
    const failure = new Error('the trail is away');
    const faults: unknown[] = [];
    const records = createEndRecords({
      ...{ db: admin.db, now: Date.now },
      write: (event) =>
        event.facts['userSessionId'] === refused ? Promise.reject(failure) : admin.parts.audit.system(event),
      onFault: (error) => faults.push(error),
    });
    await endSessions(admin.db, [refused, written], { by: 'client', reason: 'signed out' }, Date.now());
    await records.record([refused, written]);
    expect(faults).toEqual([failure]);
    expect([await recordsOf(refused), await recordsOf(written)].map(({ length }) => length)).toEqual([0, 1]);
    await expect(worker(() => Promise.reject(failure)).recordMissing()).rejects.toBe(failure);
    await recordMissing(worker());
    for (const id of [refused, written]) expect(await recordsOf(id)).toHaveLength(1);
  });
});
