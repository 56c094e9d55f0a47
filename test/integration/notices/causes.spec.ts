/** What staff are notified of, over HTTP: each cause writes one notice, and one that is rolled back writes none. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJobRecords } from '../../../apps/gateway/src/adapters/queue/job-records.js';
import { type Answer, type AdminApi, smallDocument, startAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

/** Typed by people, who may type anything. */
const REASON = { reason: 'odd traffic of a secret kind' };

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
beforeAll(async () => {
  const environments = new Map([['int', { kind: 'authenticated' as const, fourEyes: false }]]);
  admin = await startAdmin({ environments });
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  expect(applied.status).toBe(200);
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  await admin.mark();
});
beforeEach(() => admin.rewind());
afterAll(() => admin.close());

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);

const notices = () => admin.db.notice.findMany({ orderBy: [{ createdAt: 'asc' }, { title: 'asc' }] });
const staffIdOf = async (name: string) => (await admin.db.staff.findFirstOrThrow({ where: { name } })).id;

const APPOINTMENT = {
  ...{ organisation: 'R69', environments: ['int'], name: 'Sam Owner', email: 'sam@example.org' },
  ...{ jobTitle: 'Director', spineUserId: '555012345678' },
  authority: {
    ...{ cioName: 'Chris Officer', reference: 'CIO/2026/1', date: '2026-01-05' },
    documentSha256: 'a'.repeat(64),
  },
};
const propose = () => as(priya, 'POST', '/sro-appointments', { ...APPOINTMENT, ...REASON });

describe('a change that needs a second person', () => {
  it('is announced once to those who may decide, and not to the person who requested it', async () => {
    const answers = await Promise.all([propose(), propose(), propose(), propose()]);
    const [kept] = answers.filter(({ status }) => status === 202);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    expect(await notices()).toMatchObject([
      {
        ...{
          kind: 'approval-requested',
          title: 'Approval needed: appointment of a senior responsible owner',
        },
        ...{ path: `/changes/${kept?.body.id}/show`, odsCodes: ['R69'], staffId: null },
        ...{ exceptStaffId: await staffIdOf('Priya'), roles: ['governance-officer'] },
      },
    ]);
  });

  it.each(['approved', 'rejected'] as const)(
    'is announced to the person who requested it once it is %s',
    async (decision) => {
      const { id, diffHash } = (await propose()).body;
      const path = `/changes/${id}/${decision === 'approved' ? 'approve' : 'reject'}`;
      const body = decision === 'approved' ? { diffHash, ...REASON } : REASON;
      const answer = await as(gita, 'POST', path, body);
      expect(answer.status, answer.text).toBe(200);
      const decided = (await notices()).filter(({ kind }) => kind === 'approval-decided');
      expect(decided).toMatchObject([
        { staffId: await staffIdOf('Priya'), path: `/changes/${id}/show`, odsCodes: ['R69'] },
      ]);
      expect(decided[0]?.title.toLowerCase()).toContain(decision);
    },
  );
});

it('a change that could not be committed is announced to nobody', async () => {
  const database = new pg.Client(admin.database.superuserUrl);
  await database.connect();
  try {
    await database.query(
      `CREATE FUNCTION public.refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'refused'; END $$;
       CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON pending_change DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION public.refuse_commit()`,
    );
    expect((await propose()).status).toBe(500);
  } finally {
    await database.query('DROP FUNCTION IF EXISTS public.refuse_commit CASCADE');
    await database.end();
  }
  expect(await admin.db.pendingChange.count()).toBe(0);
  expect(await notices()).toEqual([]);
});

it('an emergency stop is announced, and its end only once the end is approved', async () => {
  const stop = { kind: 'organisation', organisation: 'R69', ...REASON };
  const created = await as(priya, 'POST', '/emergency-stops', stop);
  expect(created.status, created.text).toBe(200);
  expect(await notices()).toMatchObject([
    {
      ...{ kind: 'emergency-stop', title: 'Emergency stop: Example NHS Trust (R69)', odsCodes: ['R69'] },
      ...{ exceptStaffId: await staffIdOf('Priya'), path: '/emergency-stops' },
    },
  ]);
  const lift = await as(gita, 'POST', `/emergency-stops/${created.body.id}/lift`, REASON);
  expect(lift.status, lift.text).toBe(202);
  const lifted = async () => (await notices()).filter(({ title }) => title.includes('lifted'));
  expect(await lifted()).toEqual([]);
  const { id, diffHash } = lift.body;
  expect((await as(priya, 'POST', `/changes/${id}/approve`, { diffHash, ...REASON })).status).toBe(200);
  expect(await lifted()).toHaveLength(1);
});

it('the link of a senior responsible owner is announced, and never quoted', async () => {
  const { id, diffHash } = (await propose()).body;
  await as(gita, 'POST', `/changes/${id}/approve`, { diffHash, ...REASON });
  const { id: appointment } = await admin.db.sroAppointment.findFirstOrThrow();
  const link = await as(gita, 'POST', `/sro-appointments/${appointment}/link`, {
    ...{ expiresInDays: 7, ...REASON },
  });
  expect(link.status, link.text).toBe(200);
  const [announced] = (await notices()).filter(({ kind }) => kind === 'sro');
  expect(announced).toMatchObject({ odsCodes: ['R69'], path: '/sro-appointments' });
  const secret = String(link.body.url).split('/').at(-1) ?? '';
  expect(secret).not.toBe('');
  expect(JSON.stringify(await notices())).not.toContain(secret);
});

it('a job that failed permanently is announced once, whoever records it', async () => {
  const records = createJobRecords(admin.db, () => admin.clock.ms);
  const failure = { job: 'housekeeping', queueId: 'repeat:1', payload: {}, attempts: 5, cause: 'no room' };
  await Promise.all([1, 2, 3].map(() => records.failed(failure)));
  expect(await notices()).toMatchObject([
    { kind: 'job-failed', title: 'Background job failed: housekeeping', path: '/jobs', odsCodes: [] },
  ]);
});

it('no notice quotes what somebody typed as a reason', async () => {
  await propose();
  await as(priya, 'POST', '/emergency-stops', { kind: 'organisation', organisation: 'R69', ...REASON });
  expect(await notices()).toHaveLength(2);
  expect(JSON.stringify(await notices())).not.toContain(REASON.reason);
});
