/** The audit trail in the console: searches within a person's organisations, one request's story, the support bundle, downloads. */
import { API_PREFIX } from '@gatehouse/contracts/routes';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditLog } from '../../../apps/gateway/src/adapters/audit/write/audit-log.ts';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { runCli } from '../../support/cli/run-cli.ts';
import { signIn } from '../../support/staff.ts';
import { deniedOf, intentOf, outcomeOf } from '../../support/audit/audit-trail.ts';

const NHS_NUMBER = '9000000009';
const FORMULA = '=HYPERLINK("http://x")';

let admin: AdminApi;
let log: AuditLog;
let owner: pg.Pool;
let limited: string;

const applicationId = '11111111-1111-4111-8111-111111111111';
const first = intentOf({ odsCode: 'R69', applicationId, correlationId: FORMULA });
const second = intentOf({
  odsCode: 'R69',
  requestId: first.requestId,
  attemptNumber: 2,
  kid: 'kid-2',
  startedAtMs: first.startedAtMs + 1,
});
const foreign = intentOf({ odsCode: 'RCD' });
const refused = deniedOf({ odsCode: 'R69', code: 'GW_GRANT', status: 403 });
const unknown = deniedOf({ odsCode: null, code: 'GW_TOKEN' });
const slow = intentOf({ odsCode: 'SLOW', operationId: 'a005-retrieve-referral-request' });
const slowForeign = intentOf({ odsCode: 'RCD' });

beforeAll(async () => {
  admin = await startAdmin({}, { GATEHOUSE_RECORDED_REJECTIONS_PER_CLIENT: '1000000' });
  owner = new pg.Pool({ connectionString: admin.database.superuserUrl, max: 1 });
  const { audit, sealer } = admin.parts;
  log = audit;
  admin.clock.ms = Date.now();
  await log.intent(first);
  await log.outcome(outcomeOf(first, { outcome: 'FAILED', upstreamStatus: 503, status: null }));
  await log.intent(second);
  const subjects = await sealer.seal('R69', second.attemptId, [{ kind: 'nhs-number', value: NHS_NUMBER }]);
  await log.outcome(outcomeOf(second, { upstreamRequestId: 'ers-request-2' }), subjects);
  await log.intent(foreign);
  await log.outcome(
    outcomeOf(foreign, { durationMs: 999, outcome: 'FAILED', diagnosis: 'ASID_NOT_CONFIGURED' }),
  );
  for (const intent of [slow, slowForeign]) {
    await log.intent(intent);
    await log.outcome(outcomeOf(intent, { durationMs: 1_000 }));
  }
  await log.denied({ ...refused, requestId: refused.attemptId });
  await log.denied({ ...unknown, requestId: unknown.attemptId });
  limited = await auditorOf(['RCD']);
  admin.clock.ms = Date.now() + 1_000;
});
afterAll(async () => {
  await owner.end();
  await admin.close();
});

/** A personal token of an auditor for these organisations; null: for all. */
async function auditorOf(odsCodes: string[] | null): Promise<string> {
  const { token, tokenId } = await admin.ok('tokenCreate', { body: { label: 'own', scopes: ['audit'] } });
  const { staffId } = await signIn(admin.db, 'Ada', [{ role: 'auditor', odsCodes }], admin.clock.ms);
  await admin.db.adminToken.update({ where: { tokenId }, data: { staffId, parentId: null } });
  return token;
}

const attemptsOf = async (query: object, token?: string): Promise<unknown[]> =>
  (await admin.ok('auditList', { query: { kind: 'INTENT', ...query } as never }, token)).items.map(
    ({ attemptId }) => attemptId,
  );
const events = (event: string): Promise<Record<string, unknown>[]> => admin.systemEvents(event);

describe('a search', () => {
  it('can be by application, request and X-Request-ID', async () => {
    expect(await attemptsOf({ applicationId })).toEqual([first.attemptId]);
    expect(await attemptsOf({ upstreamRequestId: 'ers-request-2' })).toEqual([second.attemptId]);
    expect(await attemptsOf({ requestId: first.requestId })).toHaveLength(2);
  });

  it('shows people with a limited role only the records of their organisations', async () => {
    expect(new Set(await attemptsOf({}, limited))).toEqual(
      new Set([foreign.attemptId, slowForeign.attemptId]),
    );
    expect(await attemptsOf({ pace: 'slow' }, limited)).toEqual([slowForeign.attemptId]);
    const all = await admin.ok('auditList', {}, limited);
    expect(new Set(all.items.map(({ organisation }) => organisation))).toEqual(new Set(['RCD']));
    const searched = await admin.ok('auditSearch', { body: { nhsNumber: NHS_NUMBER, reason: 'x' } }, limited);
    expect(searched.items).toEqual([]);
    expect((await admin.call('POST', `${API_PREFIX}/audit/export`, { reason: 'x' }, limited)).status).toBe(
      403,
    );
  });
});

describe('the filters of the console', () => {
  const list = async (query: object, token?: string) => (await admin.ok('auditList', { query }, token)).items;
  const faultOf = async (query: string): Promise<unknown> => {
    const { status, body } = await admin.call('GET', `${API_PREFIX}/audit?${query}`);
    return { status, text: JSON.stringify(body) };
  };

  it('are slow from a second on, and requests without events', async () => {
    expect(new Set(await attemptsOf({ pace: 'slow' }))).toEqual(
      new Set([slow.attemptId, slowForeign.attemptId]),
    );
    const kinds = new Set((await list({ kind: 'REQUEST' })).map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['INTENT', 'DENIED']));
    const read = await list({ event: 'AUDIT_READ' });
    expect(new Set(read.map(({ event }) => event))).toEqual(new Set(['AUDIT_READ']));
  });

  it('by me are what the caller did, and nobody else', async () => {
    const ada = await auditorOf(null);
    await list({}, ada);
    const own = await list({ by: 'me' }, ada);
    const [{ actor } = {}] = own;
    expect(actor).toMatch(/^Ada /);
    expect(own.length).toBeGreaterThan(1);
    expect(new Set(own.map((line) => line['actor']))).toEqual(new Set([actor]));
    const ofService = (await list({ by: 'me' })).map((line) => line['actor']);
    expect(ofService.length).toBeGreaterThan(1);
    expect(ofService).not.toContain(actor);
  });

  it('say what the last hour covered, and reject limits beside it', async () => {
    const { covers } = await admin.ok('auditList', { query: { last: '1h' } });
    const from = new Date(admin.clock.ms - 3_600_000).toISOString();
    expect(covers).toEqual({ from, until: null, removed: [] });
    expect(await events('AUDIT_READ')).toContainEqual(expect.objectContaining({ from }));
    for (const [query, text] of [
      ['last=1h&from=2026-03-02', 'give either `last`, or `from` and `until`'],
      ['event=audit%20read', 'the name of an event looks like AUDIT_EXPORT'],
      ['by=you', 'by'],
    ] as const)
      expect(await faultOf(query)).toEqual({ status: 400, text: expect.stringContaining(text) });
  });

  it('show what happened, why, and where the time went', async () => {
    const [line] = await list({ attemptId: refused.attemptId });
    expect(line).toMatchObject({
      refusal: { code: 'GW_GRANT', whoActs: expect.stringMatching(/./) },
      timeline: [{ stage: 'rejected', attemptNumber: null, afterMs: 0 }],
    });
    const [answered] = await list({ attemptId: slow.attemptId });
    expect(answered?.['path']).toMatch(/^\/.*\{/);
    expect((answered?.['timeline'] as { stage: string }[])[0]?.stage).toBe('checked');
  });
});

it('a live view shows a limited role its own organisations alone, each outcome with what was requested', async () => {
  const response = await admin.begin('GET', `${API_PREFIX}/audit/follow?kind=REQUEST`, undefined, limited);
  expect(response.status).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const lines: Record<string, unknown>[] = [];
  const failed = () => lines.find(({ outcome }) => outcome === 'FAILED');
  const own = new Set<unknown>();
  // The view begins a moment after its answer: what is written before is no part of it.
  const writing = (async () => {
    for (; failed() === undefined; await delay(100)) {
      for (const odsCode of ['LIVE', 'RCD']) {
        const intent = intentOf({ odsCode });
        await log.intent(intent);
        await log.outcome(outcomeOf(intent, { outcome: 'FAILED', durationMs: 1_000 }));
        if (odsCode === 'RCD') own.add(intent.attemptId);
      }
    }
  })();
  while (failed() === undefined) {
    const { value = '' } = await reader.read();
    lines.push(...value.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)])));
  }
  await writing;
  await reader.cancel();
  expect(lines.filter(({ attemptId }) => !own.has(attemptId))).toEqual([]);
  expect(failed()).toMatchObject({ kind: 'OUTCOME', organisation: 'RCD', durationMs: 1_000 });
});

describe('an event that is not a request', () => {
  const searched = async () => {
    const body = { nhsNumber: NHS_NUMBER, reason: 'subject access request 7' };
    await admin.ok('auditSearch', { body });
    const { items } = await admin.ok('auditList', { query: { kind: 'SYSTEM' } });
    return items.find(({ reason }) => reason === body.reason);
  };

  it('shows who did what and why, in the list and on its own', async () => {
    const row = await searched();
    expect(row).toMatchObject({ event: 'AUDIT_SEARCH', actor: expect.stringMatching(/./) });
    const event = await admin.ok('auditEvent', { params: { attemptId: String(row?.['attemptId']) } });
    expect(event).toMatchObject({
      event: 'AUDIT_SEARCH',
      actor: row?.['actor'],
      reason: 'subject access request 7',
      facts: { subject: 'nhs-number' },
      faults: [],
    });
    expect(JSON.stringify(event)).not.toContain(NHS_NUMBER);
    expect(await events('AUDIT_READ')).toContainEqual(expect.objectContaining({ eventId: event.eventId }));
  });

  it('is not found by people with a limited role, nor is a request found as an event', async () => {
    const row = await searched();
    for (const [id, token] of [
      [String(row?.['attemptId']), limited],
      [first.attemptId, admin.tokens.audit],
    ] as const)
      expect((await admin.call('GET', `${API_PREFIX}/audit/events/${id}`, undefined, token)).status).toBe(
        404,
      );
  });
});

describe('the story of a request', () => {
  const storyOf = (attemptId: string) => admin.ok('auditStory', { params: { attemptId } });

  it('has all attempts, whichever of them is requested, and says that their chain is intact', async () => {
    for (const { attemptId } of [first, second]) {
      const story = await storyOf(attemptId);
      expect(story.attempts.map(({ attemptId: id, kid, outcome }) => [id, kid, outcome])).toEqual([
        [first.attemptId, 'kid-1', 'FAILED'],
        [second.attemptId, 'kid-2', 'COMPLETED'],
      ]);
      expect(story.rows.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME', 'INTENT', 'OUTCOME']);
      expect(story.chain).toEqual({ intact: true, rows: 4 });
      expect(story.subjects).toEqual([{ kind: 'nhs-number', count: 1 }]);
      expect(JSON.stringify(story)).not.toContain(NHS_NUMBER);
    }
    expect(await events('AUDIT_READ')).toContainEqual(
      expect.objectContaining({ attemptId: first.attemptId }),
    );
  });

  it('of a refusal says what to do about it', async () => {
    const story = await storyOf(refused.attemptId);
    expect(story).toMatchObject({ attempts: [], refusal: { code: 'GW_GRANT', status: 403 } });
    expect(story.refusal?.whatToDo).not.toBe('');
    expect(story.timeline.map(({ stage }) => stage)).toEqual(['rejected']);
  });

  it('says what the answer of NHS England shows, and who must act', async () => {
    const { diagnosis } = await storyOf(foreign.attemptId);
    expect(diagnosis).toMatchObject({
      code: 'ASID_NOT_CONFIGURED',
      whatIsWrong: expect.stringMatching(/asid/),
      whoActs: expect.stringMatching(/NHS England/),
    });
  });

  it('of another organisation is not found', async () => {
    for (const path of ['', '/support-bundle', '/explanation']) {
      for (const { attemptId } of [first, unknown]) {
        const url = `${API_PREFIX}/audit/requests/${attemptId}${path}`;
        expect((await admin.call('GET', url, undefined, limited)).status).toBe(404);
      }
    }
    const own = `${API_PREFIX}/audit/requests/${foreign.attemptId}`;
    expect((await admin.call('GET', own, undefined, limited)).status).toBe(200);
  });

  it('shows that a record was changed despite the triggers', async () => {
    const forged = intentOf({ odsCode: 'FORGED' });
    await log.intent(forged);
    await owner.query(`SET session_replication_role = replica`);
    await owner.query(
      `UPDATE audit.event SET record = record || '{"asid": "200000009999"}' WHERE attempt_id = $1`,
      [forged.attemptId],
    );
    await owner.query(`SET session_replication_role = origin`);
    const story = await storyOf(forged.attemptId);
    expect(story.chain.intact).toBe(false);
    expect(story.rows[0]?.faults).toEqual(['its hash does not match its record']);
  });
});

it('the support bundle has ids, times and the path without its values, and no patient', async () => {
  const bundle = await admin.ok('auditSupportBundle', { params: { attemptId: second.attemptId } });
  expect(bundle.attempts[1]).toMatchObject({
    correlationId: second.attemptId,
    requestId: 'ers-request-2',
    requestHeaders: { authorization: 'Bearer [redacted]', accept: 'application/fhir+json' },
    responseHeaders: { 'content-type': 'application/fhir+json' },
  });
  expect(JSON.stringify(bundle)).not.toContain(NHS_NUMBER);
  expect(await events('SUPPORT_BUNDLE')).toContainEqual(
    expect.objectContaining({ attemptId: second.attemptId }),
  );
});

describe('a download', () => {
  const download = (body: object, token = admin.tokens.audit) =>
    admin.begin('POST', `${API_PREFIX}/audit/download`, { reason: 'complaint 12', ...body }, token);

  it('as CSV contains no formula, is audited before and after, and holds what the filter matches', async () => {
    const answer = await download({ format: 'csv', organisation: 'R69', kind: 'INTENT' });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(answer.headers.get('content-disposition')).toContain('gatehouse-audit.csv');
    const text = await answer.text();
    expect(text.split('\r\n')[0]).toContain('startedAt,kind,attemptId');
    expect(text.split('\r\n')[0]).toContain(',event,actor,reason,');
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(text.trim().split('\r\n')).toHaveLength(3);
    const [before] = await events('AUDIT_EXPORT');
    expect(before).toMatchObject({
      format: 'csv',
      organisation: 'R69',
      kind: 'INTENT',
      reason: 'complaint 12',
    });
    expect(await events('AUDIT_EXPORT_END')).toEqual([
      expect.objectContaining({ exportId: before?.['exportId'], rows: 2, complete: true }),
    ]);
  });

  it.each([
    ['no reason', undefined, 'the reason is missing'],
    ['an empty reason', ' ', 'the reason is empty'],
    ['a reason that names a patient', 'about 900 000 0009', 'leave the NHS number out'],
  ])('and an export are refused with %s, and nothing is recorded', async (_, reason, detail) => {
    const before = (await events('AUDIT_EXPORT')).length;
    for (const path of ['/audit/download', '/audit/export']) {
      const { status, body } = await admin.call('POST', `${API_PREFIX}${path}`, { reason });
      expect([status, body.errors], path).toEqual([
        400,
        [{ pointer: '/reason', detail: expect.stringContaining(detail) }],
      ]);
      expect((await admin.call('GET', `${API_PREFIX}${path}?reason=x`)).status).toBe(404);
    }
    expect(await events('AUDIT_EXPORT')).toHaveLength(before);
  });

  it('continues over pages, within the person’s organisations', async () => {
    for (let n = 0; n < 520; n += 1) await log.denied(deniedOf({ odsCode: 'MANY' }));
    admin.clock.ms = Date.now() + 1_000;
    const lines = (await (await download({ organisation: 'MANY' })).text()).trim().split('\n');
    expect(new Set(lines.map((line) => JSON.parse(line).attemptId)).size).toBe(520);
    const within = (await (await download({}, limited)).text()).trim().split('\n');
    expect(new Set(within.map((line) => JSON.parse(line).organisation))).toEqual(new Set(['RCD']));
  });

  it('and lists and searches name the months of the period that have left the database', async () => {
    await owner.query(`BEGIN; SET LOCAL session_replication_role = replica;
      INSERT INTO audit.removal (writer, month, removed_at, removed_by, records, subjects, manifest, ranges_sha256)
      SELECT gen_random_uuid(), month, now(), 'operator', 1, 0, sha256('m'), sha256('r')
        FROM unnest(ARRAY['2024-03', '2024-04', '2024-05']) AS month; COMMIT`);
    const removed = ['2024-03', '2024-04'];
    const period = { until: '2024-04-30' };
    expect((await admin.ok('auditList', { query: period })).covers.removed).toEqual(removed);
    expect((await admin.ok('auditList', { query: { last: '1h' } })).covers.removed).toEqual([]);
    const search = { ...period, nhsNumber: NHS_NUMBER, reason: 'a complaint' };
    expect((await admin.ok('auditSearch', { body: search })).covers.removed).toEqual(removed);
    const file = await download(period);
    expect(file.headers.get('gatehouse-removed-months')).toBe('2024-03, 2024-04');
    await file.text();
    const story = await admin.call('GET', `${API_PREFIX}/audit/requests/${randomUUID()}`);
    expect([story.status, story.body.detail]).toEqual([
      404,
      'There is no request with such an attempt in the database. The records of 2024-03, 2024-04, 2024-05 are in the archive alone.',
    ]);
    const event = await admin.call('GET', `${API_PREFIX}/audit/events/${randomUUID()}`);
    expect([event.status, event.body.detail]).toEqual([
      404,
      expect.stringMatching(
        /^There is no event \S+ in the database\. The records of 2024-03, .* are in the archive/,
      ),
    ]);
    const { out, err } = await runCli({ url: admin.url, token: admin.tokens.audit }, [
      'audit',
      'list',
      ...['--until', '2024-04-30'],
    ]);
    expect([out, err].join('\n')).toContain(
      'The records of 2024-03, 2024-04 have left the database. "gatehouse audit fetch 2024-03" brings them back from the archive.',
    );
    await owner.query(
      'BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit.removal; COMMIT',
    );
  });
});
