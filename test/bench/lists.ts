/**
 * `npm run bench:lists` measures how long the pages of the console's lists take over 100,000 applications and a million
 * audit records, in a PostgreSQL of its own. It prints the table that docs/performance.md quotes, and fails if a page
 * takes longer than the aim.
 */
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { createPrisma, type Database } from '@gatehouse/db/client';
import type pg from 'pg';
import {
  openRollupStore,
  readRollupStatus,
} from '../../apps/gateway/dist/adapters/audit/rollup/rollup.store.js';
import { run as runRollups } from '../../apps/gateway/dist/jobs/audit/audit-rollups.job.js';
import { runHealthWatch } from '../../apps/gateway/dist/jobs/upkeep-runs.js';
import { startStack } from '../support/servers/stack.ts';
import { type SignedIn, signIn } from '../support/staff.ts';
import { benchmark } from './benchmark.ts';
import { APPLICATIONS, ATTEMPTS, fill, ORGANISATIONS, WRITER } from './lists-data.ts';
import { percentile } from './load/figures.ts';

const ROUNDS = 40;
const AIM_MS = 200;
const encoded = (place: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');
const LATE_ID = 'f0000000-0000-4000-8000-000000000000';
const lateAttempt = encoded([Date.now() - 120 * 3_600_000, WRITER, 200_000]);

/** The pages that are measured: the first page, a deep one, and pages with common and rare filters. */
const PAGES: Readonly<Record<string, string>> = {
  'organisations, first': '/organisations?limit=25',
  'organisations, deep': `/organisations?limit=25&after=${encoded(['X09900', 'X09900'])}`,
  'organisations, by name, deep': `/organisations?limit=25&sort=name&after=${encoded(['West Trust 7', 'X00007'])}`,
  'organisations, suspended': '/organisations?limit=25&state=suspended',
  'applications, first': '/applications?limit=25',
  'applications, deep': `/applications?limit=25&after=${encoded([LATE_ID, LATE_ID])}`,
  'applications, by state, deep': `/applications?limit=25&sort=state&after=${encoded(['live', LATE_ID])}`,
  'applications, by name, first': '/applications?limit=25&sort=name',
  'applications, by name, deep': `/applications?limit=25&sort=name&after=${encoded(['South Trust 5', LATE_ID])}`,
  'applications, draft, by name': '/applications?limit=25&state=draft&sort=name',
  'applications, by product, last first': '/applications?limit=25&sort=product&order=desc',
  'applications, of one organisation': '/applications?limit=25&organisation=X05000',
  'applications, draft': '/applications?limit=25&state=draft',
  'applications, retired in one environment': '/applications?limit=25&state=retired&environment=int',
  'applications, by ASID': '/applications?limit=25&asid=200000050000',
  'organisations that work': '/organisations?limit=25&health=works',
  'organisations that are refused': '/organisations?limit=25&health=refused',
  'organisations never called': '/organisations?limit=25&health=never%20called',
  'organisations without an SRO': '/organisations?limit=25&health=no%20SRO',
  'applications that work': '/applications?limit=25&health=works',
  'applications that work, by state': '/applications?limit=25&health=works&sort=state',
  'applications that are refused': '/applications?limit=25&health=refused',
  'applications never called': '/applications?limit=25&health=never%20called',
  'applications without a client, by product': '/applications?limit=25&health=no%20client&sort=product',
  'applications without an SRO': '/applications?limit=25&health=no%20SRO',
  'total of organisations': '/totals/organisations',
  'total of organisations never called': '/totals/organisations?health=never%20called',
  'total of organisations that work': '/totals/organisations?health=works',
  'total of applications': '/totals/applications',
  'total of applications that are refused': '/totals/applications?health=refused',
  'total of applications, retired in one environment': '/totals/applications?state=retired&environment=int',
  'total of clients': '/totals/clients',
  'health of a page of organisations': '/health?organisations=ORGANISATIONS',
  'health of a page of applications': '/health?applications=APPLICATIONS',
  'clients, first': '/clients?limit=25',
  'clients, by name, deep': '/clients?limit=25&sort=name&after=int/client-1999',
  'signing keys, first': '/signing-keys?limit=25',
  'SROs, first': '/sro-appointments?limit=25',
  'SROs, by name, deep': `/sro-appointments?limit=25&sort=name&after=${encoded(['Sam Owner', LATE_ID])}`,
  'audit, first': '/audit?limit=25',
  'audit, deep': `/audit?limit=25&after=${lateAttempt}`,
  'audit, of one organisation': '/audit?limit=25&organisation=X05000',
  'audit, of one application': '/audit?limit=25&applicationId=APPLICATION',
  'audit, by code': '/audit?limit=25&code=GW_SRO',
  'audit, failed': '/audit?limit=25&outcome=FAILED',
  'audit, refused in one organisation': '/audit?limit=25&organisation=X05000&kind=DENIED',
  'audit, by correlation id': '/audit?limit=25&correlationId=bench-250000',
  'audit, requests': '/audit?limit=25&kind=REQUEST',
  'audit, slow': '/audit?limit=25&kind=REQUEST&pace=slow',
  'audit, events of one name': '/audit?limit=25&event=AUDIT_READ',
  'audit, by me': '/audit?limit=25&by=me',
  'history, first': '/history?limit=25',
  'history, deep': '/history?limit=25&after=1000',
  'history, of one organisation': '/history?limit=25&organisation=X05000',
  'history, of one application': '/history?limit=25&application=APPLICATION',
  'search, by name': '/search?q=north%20trust',
  'search, by API key': '/search?q=KEY',
  'search, by correlation id': '/search?q=bench-250000',
  'dashboard, 24 hours': '/dashboard',
  'dashboard, 7 days': '/dashboard?days=7',
  'dashboard, 30 days': '/dashboard?days=30',
  'one application': '/applications/APPLICATION',
};

/** The percentiles of the time that a page takes for somebody who is signed in. */
async function measure(url: string, { Cookie: cookie }: SignedIn['headers']) {
  const took: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const since = performance.now();
    const answer = await fetch(url, { headers: { Cookie: cookie ?? '' } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${text}`);
    // The first one warms up.
    if (round > 0) took.push(performance.now() - since);
  }
  return { p50: percentile(took, 0.5), p95: percentile(took, 0.95) };
}

/** As the job does it: in its first runs it decides on all applications, and later on what has changed. */
async function decideHealths(db: Database, auditDatabase: pg.Pool): Promise<void> {
  const parts = { ...{ db, auditDatabase, now: Date.now }, kindOf: () => 'authenticated' as const };
  const run = async (): Promise<number> => {
    const since = performance.now();
    await runHealthWatch(parts, new AbortController().signal);
    return performance.now() - since;
  };
  let took = await run();
  while ((await db.applicationHealth.count({ where: { health: null } })) > 0) took += await run();
  await db.$executeRaw`ANALYZE application_health`;
  console.log(
    `health of all applications decided in ${show(took)}; with nothing to do, a run takes ${show(await run())}\n`,
  );
}

/** As the job does it, in as many runs as it takes. */
async function countTrail(database: pg.Pool): Promise<void> {
  const store = openRollupStore(database);
  const since = performance.now();
  const parts = { store, now: Date.now, monotonicNow: () => performance.now() };
  while ((await readRollupStatus(database)).uncounted > 0)
    await runRollups({ ...parts, signal: new AbortController().signal });
  await database.query('ANALYZE audit_search.hour_total');
  console.log(`audit trail counted into its roll-ups in ${show(performance.now() - since)}\n`);
}

const show = (ms: number): string => `${ms.toFixed(1)} ms`;

await benchmark(async (later) => {
  const stack = await startStack({ replicas: 0 });
  later(() => stack.stop());
  const owner = await stack.sql.connect();
  await fill(owner);
  const { rows } = await owner.query<{ id: string; api_key: string }>(
    'SELECT id, api_key FROM application LIMIT 1',
  );
  owner.release();
  const [application] = rows;
  const page = await stack.sql.query<{ ids: string; codes: string }>(
    `SELECT (SELECT string_agg(id::text, ',') FROM (SELECT id FROM application ORDER BY id LIMIT 25) a) AS ids,
            (SELECT string_agg(ods_code, ',') FROM (SELECT ods_code FROM organisation ORDER BY 1 LIMIT 25) o) AS codes`,
  );
  const gateway = await stack.startGateway({ GATEHOUSE_ROLES: 'admin' });
  const db = createPrisma(stack.database.appUrl);
  later(() => db.$disconnect());
  await decideHealths(db, stack.sql);
  await countTrail(stack.sql);

  const everywhere = await signIn(db, 'Bea', ['platform-engineer', 'auditor'], Date.now());
  const few = Array.from({ length: 5 }, (_, n) => `X0${5 + n}000`);
  const limited = await signIn(
    db,
    'Lou',
    [
      { role: 'platform-engineer', odsCodes: few },
      { role: 'auditor', odsCodes: few },
    ],
    Date.now(),
  );

  const urlOf = (path: string): string =>
    gateway.admin +
    API_PREFIX +
    path
      .replace('APPLICATIONS', page.rows[0]?.ids ?? '')
      .replace('ORGANISATIONS', page.rows[0]?.codes ?? '')
      .replace('APPLICATION', application?.id ?? '')
      .replace('KEY', application?.api_key.slice(0, 8) ?? '');
  let slow = 0;
  console.log(
    `${ORGANISATIONS} organisations, ${APPLICATIONS} applications, ${ATTEMPTS} attempts in the trail\n`,
  );
  console.log('| page | p50 | p95 | p95 for a role of five organisations |\n| --- | --- | --- | --- |');
  for (const [name, path] of Object.entries(PAGES)) {
    const [all, some] = [
      await measure(urlOf(path), everywhere.headers),
      path.includes('APPLICATION') ? null : await measure(urlOf(path), limited.headers),
    ];
    // The dashboard is not a list, but it is measured beside them.
    if (!name.startsWith('dashboard') && Math.max(all.p95, some?.p95 ?? 0) > AIM_MS) slow += 1;
    console.log(`| ${name} | ${show(all.p50)} | ${show(all.p95)} | ${some === null ? '' : show(some.p95)} |`);
  }
  console.log(
    `\nAim: p95 below ${AIM_MS} ms; ${slow === 0 ? 'every page keeps to it' : `${slow} pages take longer`}.`,
  );
  if (slow > 0) throw new Error('The lists are too slow.');
});
