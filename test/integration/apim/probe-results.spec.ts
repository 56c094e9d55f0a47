/** Which applications are due for a probe, who gets them, and what is kept of the results. */
import { createPrisma, type Database } from '@gatehouse/db/client';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  claimDue,
  countFailingProbes,
  type ProbeRow,
  storeProbes,
} from '../../../apps/gateway/src/adapters/probes/probe-results.js';
import { insert, type Row, seedApplication, seedBasics, valid } from '../../support/registry-rows.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-28T12:00:00Z');
const ids: Record<string, string> = {};

let database: TestDatabase;
let db: Database;
let sql: pg.Pool;
beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  sql = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  await seedBasics(sql);
  await insert(sql, 'environment', { name: 'dep', kind: 'authenticated', four_eyes: false });
  for (const [odsCode, more] of [
    ['R69', {}],
    ['RCD', {}],
    ['X90', { state: 'draft' }],
    ['X91', { state: 'suspended' }],
    ['X92', { environment: 'dep' }],
    ['X93', { api_key: null, state: 'draft' }],
    ['X94', { access_mode: 'user-restricted', capability: null }],
    ['X95', { key: 'PENDING' }],
    ['X96', {}],
  ] as const)
    ids[odsCode] = await application(odsCode, more);
  await sql.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = 'X96'`);
});
afterAll(async () => {
  await db.$disconnect();
  await sql.end();
  await database.drop();
});
beforeEach(async () => {
  await db.applicationProbe.deleteMany();
  await db.notice.deleteMany();
});

async function application(odsCode: string, { key = 'ACTIVE', ...row }: Row): Promise<string> {
  if (!['R69', 'RCD'].includes(odsCode))
    await insert(sql, 'organisation', { ods_code: odsCode, name: `Trust ${odsCode}` });
  const { applicationId } = await seedApplication(sql, odsCode, row);
  await insert(sql, 'signing_key', valid.signing_key({ application_id: applicationId }));
  if (key === 'ACTIVE')
    for (const change of [
      `state = 'PUBLISHED', published_at = now() - interval '2 hours'`,
      `state = 'ACTIVE', activated_at = now()`,
    ])
      await sql.query(`UPDATE signing_key SET ${change} WHERE application_id = $1`, [applicationId]);
  return applicationId;
}

const claim = (nowMs = NOW_MS, most = 20) => claimDue(db, ['int'], { nowMs, everyMs: 6 * HOUR_MS, most });
const odsCodes = (due: readonly { odsCode: string }[]) => due.map(({ odsCode }) => odsCode).toSorted();
const result = (odsCode: string, code: string | null): ProbeRow => ({
  ...{ applicationId: ids[odsCode] ?? '', checkedBy: 'schedule', reads: ['A004'], limits: [], code },
  attemptId: null,
});

it('takes on drafts and live applications that can ask for a token, of the environments that are served', async () => {
  const due = await claim();
  expect(odsCodes(due)).toEqual(['R69', 'RCD', 'X90', 'X94']);
  expect(due.find(({ odsCode }) => odsCode === 'R69')?.applicationId).toBe(ids['R69']);
});

it('takes each on once, by whichever worker comes first, and again after the interval', async () => {
  const claims = await Promise.all([claim(), claim(), claim(), claim()]);
  expect(odsCodes(claims.flat())).toEqual(['R69', 'RCD', 'X90', 'X94']);
  await storeProbes(
    db,
    ['R69', 'RCD', 'X90', 'X94'].map((odsCode) => result(odsCode, null)),
    NOW_MS,
  );
  expect(await claim(NOW_MS + 6 * HOUR_MS - 1)).toEqual([]);
  const again = await Promise.all([claim(NOW_MS + 6 * HOUR_MS), claim(NOW_MS + 6 * HOUR_MS)]);
  expect(odsCodes(again.flat())).toEqual(['R69', 'RCD', 'X90', 'X94']);
});

it('takes on again within minutes what has no result, as after the death of its worker', async () => {
  const minute = 60_000;
  await claim();
  await storeProbes(db, [result('R69', null)], NOW_MS + minute);
  expect(await claim(NOW_MS + 5 * minute - 1)).toEqual([]);
  const again = await Promise.all([claim(NOW_MS + 5 * minute), claim(NOW_MS + 5 * minute)]);
  expect(odsCodes(again.flat())).toEqual(['RCD', 'X90', 'X94']);
  // One that had a result before and lost the next one.
  const later = NOW_MS + minute + 6 * HOUR_MS;
  const others = ['RCD', 'X90', 'X94'].map((odsCode) => result(odsCode, null));
  await storeProbes(db, others, NOW_MS + minute + 1);
  expect(odsCodes(await claim(later))).toEqual(['R69']);
  expect(odsCodes(await claim(later + 5 * minute))).toContain('R69');
});

it('takes on so many at a time, the oldest first', async () => {
  const first = await claim(NOW_MS, 2);
  const second = await claim(NOW_MS + 1, 2);
  expect([first.length, second.length]).toEqual([2, 2]);
  expect(odsCodes([...first, ...second])).toEqual(['R69', 'RCD', 'X90', 'X94']);
  expect(await claim(NOW_MS + 6 * HOUR_MS, 2)).toHaveLength(2);
});

it('keeps since when a result has been so, and writes one notice when it gets worse', async () => {
  const at = (minutes: number) => NOW_MS + minutes * 60_000;
  await storeProbes(db, [result('R69', null)], at(0));
  await storeProbes(db, [result('R69', 'FORBIDDEN')], at(60));
  await storeProbes(db, [result('R69', 'FORBIDDEN')], at(120));
  expect(await db.applicationProbe.findMany()).toMatchObject([
    {
      code: 'FORBIDDEN',
      since: new Date(at(60)),
      checkedAt: new Date(at(120)),
      claimedAt: new Date(at(120)),
    },
  ]);
  expect(await db.notice.findMany()).toMatchObject([{ kind: 'alarm', odsCodes: ['R69'] }]);
  await storeProbes(db, [result('R69', null)], at(180));
  expect(await db.applicationProbe.findMany()).toMatchObject([{ code: null, since: new Date(at(180)) }]);
});

it('says of an application that went live what had been no news of a draft', async () => {
  const draft = { ...result('R69', 'FORBIDDEN'), limits: ['draft'] };
  await sql.query(`UPDATE application SET state = 'draft' WHERE id = $1`, [ids['R69']]);
  await storeProbes(db, [draft], NOW_MS);
  expect(await db.notice.count()).toBe(0);
  await sql.query(`UPDATE application SET state = 'live' WHERE id = $1`, [ids['R69']]);
  await storeProbes(db, [result('R69', 'FORBIDDEN')], NOW_MS + HOUR_MS);
  await storeProbes(db, [result('R69', 'FORBIDDEN')], NOW_MS + 2 * HOUR_MS);
  expect(await db.notice.count()).toBe(1);
});

it('counts live applications that fail, and neither drafts nor outages', async () => {
  const rows = [result('R69', 'FORBIDDEN'), result('RCD', 'ERS_FAILED'), result('X90', 'FORBIDDEN')];
  await storeProbes(db, rows, NOW_MS);
  expect(await countFailingProbes(db)).toEqual([{ environment: 'int', failing: 1 }]);
});

it('counts no draft among organisations that fail in the same way', async () => {
  const codes = ['D1', 'D2', 'D3', 'D4', 'D5'];
  for (const odsCode of codes) ids[odsCode] ??= await application(odsCode, { state: 'draft' });
  await storeProbes(
    db,
    codes.map((odsCode) => result(odsCode, 'KEY_NOT_FOUND')),
    NOW_MS,
  );
  expect(await db.notice.count()).toBe(0);
  // Later tests expect the applications of this file.
  await sql.query(`UPDATE organisation SET state = 'suspended' WHERE ods_code = ANY($1)`, [codes]);
});

it('passes over an application that is gone', async () => {
  await storeProbes(
    db,
    [{ ...result('R69', null), applicationId: '00000000-0000-4000-8000-000000000000' }],
    NOW_MS,
  );
  expect(await db.applicationProbe.findMany()).toEqual([]);
});
