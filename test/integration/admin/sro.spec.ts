/** Senior responsible owners: their one-time links, handover, deputies, and what closes next. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { InputOf } from '@gatehouse/contracts/routes';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerAddressBehind } from '../../../apps/gateway/src/listener/caller-address.ts';
import { serveSroLink } from '../../../apps/gateway/src/public/sro-link.ts';
import { signIn } from '../../support/staff.ts';
import { type AdminApi, smallDocument, borrowAdmin } from '../../support/admin-api.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
let admin: AdminApi;
let pages: Server;
let base = '';
const failures: unknown[] = [];

beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  const serve = serveSroLink({
    db: admin.db,
    now: () => admin.clock.ms,
    callerAddress: callerAddressBehind(['127.0.0.1']),
    onError: (error) => failures.push(error),
  });
  pages = createServer((request, response) => {
    if (!serve(request, response)) response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => pages.once('listening', resolve));
  base = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
});
afterAll(async () => {
  pages.close();
  await admin.close();
  expect(failures).toEqual([]);
});

beforeEach(async () => {
  admin.clock.ms = START;
  const { items } = await admin.ok('sroList', { query: { only: 'standing' } });
  for (const { id } of items)
    await admin.db.sroAppointment.update({ where: { id }, data: { withdrawnAt: new Date(START) } });
});

const appointment = {
  organisation: 'R69',
  environments: ['int'],
  name: 'Sam <Owner>',
  email: 'sam@example.org',
  jobTitle: 'Director',
  spineUserId: '555012345678',
  authority: {
    cioName: 'Chris Officer',
    reference: 'CIO/2026/1',
    date: '2026-01-05',
    documentSha256: 'a'.repeat(64),
  },
};

const appoint = (more: Partial<InputOf<'sroAppoint'>['body']> = {}) =>
  admin.ok('sroAppoint', { body: { ...appointment, ...more } });

/** Creates a link. @returns its path */
async function linkFor(id: string): Promise<string> {
  const { url } = await admin.ok('sroLink', { params: { id }, body: {} });
  expect(url).toMatch(/^https:\/\/gatehouse\.example\/sro\/ghs_/);
  return new URL(url).pathname;
}

const look = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, init);
const answer = (path: string, form: Record<string, string>) =>
  look(path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { 'X-Forwarded-For': '203.0.113.9' },
  });
const ACCEPT = { answer: 'accept', understood: 'yes', current: 'yes' };

const stateOf = async (id: string): Promise<string | undefined> =>
  (await admin.ok('sroList', { query: { organisation: 'R69' } })).items.find(
    (appointment) => appointment.id === id,
  )?.state;

describe('a one-time link', () => {
  it('shows what is to be accepted, can be answered once, and records who answered from where', async () => {
    const { id } = await appoint();
    const path = await linkFor(id);
    // Opening it twice, as a mail scanner does, is no answer.
    for (const page of [await look(path), await look(path)]) {
      const html = await page.text();
      expect(page.status).toBe(200);
      expect(html).toContain('Sam &lt;Owner>');
      for (const text of [
        'Example NHS Trust (R69)',
        '555012345678',
        'Chris Officer',
        'CIO/2026/1',
        '5 January 2026',
      ])
        expect(html).toContain(text);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    const half = await answer(path, { answer: 'accept', understood: 'yes' });
    expect(half.status).toBe(400);
    expect(await half.text()).toContain('tick both boxes');
    expect(await stateOf(id)).toBe('proposed');

    expect((await answer(path, ACCEPT)).status).toBe(200);
    expect(await stateOf(id)).toBe('in force');
    expect((await answer(path, ACCEPT)).status).toBe(410);
    expect((await look(path)).status).toBe(410);
    const change = await admin.db.registryChange.findFirst({
      where: { tableName: 'sro_appointment', rowKey: id },
      orderBy: { n: 'desc' },
    });
    expect(change).toMatchObject({
      actor: 'SRO Sam <Owner> (sam@example.org)',
      origin: 'one-time link from 203.0.113.9',
      reason: 'accepted',
    });
    const recorded = JSON.stringify([
      await admin.db.sroLink.findMany(),
      (await admin.db.registryChange.findMany({ where: { tableName: 'sro_link' } })).map(
        ({ before, after }) => ({ before, after }),
      ),
    ]);
    expect(recorded).not.toContain(path.slice(-20));
  });

  it('that is declined ends the appointment', async () => {
    const { id } = await appoint();
    const path = await linkFor(id);
    expect(await (await answer(path, { answer: 'decline' })).text()).toContain('not accepted');
    expect(await stateOf(id)).toBe('withdrawn');
  });

  it('is void once another is created, once it expires, and once the appointment ends', async () => {
    const { id } = await appoint();
    const first = await linkFor(id);
    const second = await linkFor(id);
    expect(await (await answer(first, ACCEPT)).text()).toContain('newer link');
    admin.clock.ms += 14 * 86_400_000;
    const late = await answer(second, ACCEPT);
    expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('expired')]);
    const third = await linkFor(id);
    await admin.ok('sroWithdraw', { params: { id }, body: { reason: 'another was chosen' } });
    expect((await answer(third, ACCEPT)).status).toBe(410);
    expect(await stateOf(id)).toBe('withdrawn');
  });

  it('is not found if a letter is changed, if it is of another kind, or if it is used for something else', async () => {
    const { id } = await appoint();
    const path = await linkFor(id);
    const otherLetter = path.endsWith('A') ? 'B' : 'A';
    for (const wrong of [path.slice(0, -1) + otherLetter, `${path}/`, `${path}?x=1`, '/sro/', '/sro/gha_1']) {
      expect((await look(wrong)).status, wrong).toBe(404);
      expect((await answer(wrong, ACCEPT)).status, wrong).toBe(404);
    }
    expect((await look(path, { method: 'DELETE' })).status).toBe(405);
    expect((await look('/elsewhere')).status).toBe(418);
    expect(await stateOf(id)).toBe('proposed');
  });

  it('that is answered twice at the same time counts once', async () => {
    const { id } = await appoint();
    const path = await linkFor(id);
    const answers = await Promise.all([answer(path, ACCEPT), answer(path, { answer: 'decline' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
  });

  it('co-signs a write exception', async () => {
    const { id: owner } = await appoint();
    await answer(await linkFor(owner), ACCEPT);
    const granted = await admin.ok('exceptionGrant', {
      body: {
        ...{ environment: 'int', organisation: 'R69', product: 'ReferWell', capability: 'provider' },
        ...{ interaction: 'A028', useCaseReference: 'NHSE-UC-12', expiresOn: '2026-06-30' },
      },
    });
    const params = { id: granted.id };
    const { url } = await admin.ok('exceptionLink', { params, body: {} });
    const path = new URL(url).pathname;
    const html = await (await look(path)).text();
    for (const text of ['A028', 'NHSE-UC-12', '30 June 2026']) expect(html).toContain(text);
    expect((await admin.ok('exceptionList')).items[0]).toMatchObject({
      state: 'to be co-signed',
      linkExpiresAt: '2026-03-16T09:00:00.000Z',
    });
    expect((await answer(path, ACCEPT)).status).toBe(200);
    expect((await admin.ok('exceptionList')).items[0]).toMatchObject({
      state: 'in force',
      cosignedBy: 'Sam <Owner>',
    });
    await admin.ok('exceptionRevoke', { params, body: { reason: 'done' } });
  });

  it('co-signs nothing once the owner’s appointment is no longer in force', async () => {
    const { id: owner } = await appoint({ reviewDueOn: '2026-03-10' });
    await answer(await linkFor(owner), ACCEPT);
    const granted = await admin.ok('exceptionGrant', {
      body: {
        ...{ environment: 'int', organisation: 'R69', product: 'ReferWell', capability: 'provider' },
        ...{ interaction: 'A036', useCaseReference: 'NHSE-UC-13', expiresOn: '2026-06-30' },
      },
    });
    const params = { id: granted.id };
    const { url } = await admin.ok('exceptionLink', { params, body: {} });
    admin.clock.ms = Date.parse('2026-03-11T09:00:00Z');
    expect((await answer(new URL(url).pathname, ACCEPT)).status).toBe(410);
    const { id: next } = await appoint({ name: 'Sue' });
    await admin.ok('sroAccept', { params: { id: next }, body: {} });
    expect((await answer(new URL(url).pathname, ACCEPT)).status).toBe(410);
    const { items } = await admin.ok('exceptionList');
    expect(items.find(({ id }) => id === granted.id)?.state).toBe('to be co-signed');
  });
});

describe('handover and deputies', () => {
  it('the successor starts on the day on which the predecessor ends, without a gap', async () => {
    const { id: before } = await appoint();
    await admin.ok('sroAccept', { params: { id: before }, body: {} });
    const { id: after } = await appoint({ name: 'Sue', succeeds: before, startsOn: '2026-05-01' });
    expect((await admin.ok('sroList', { query: { only: 'proposed' } })).items).toMatchObject([{ id: after }]);
    const accepted = await admin.ok('sroAccept', { params: { id: after }, body: {} });
    expect(accepted).toMatchObject({ state: 'accepted', startsOn: '2026-05-01', succeeds: before });
    for (const [instant, states] of [
      ['2026-04-30T22:59:59Z', ['in force', 'accepted']],
      ['2026-05-01T00:00:00Z', ['withdrawn', 'in force']],
    ] as const) {
      admin.clock.ms = Date.parse(instant);
      expect([await stateOf(before), await stateOf(after)], instant).toEqual(states);
    }
  });

  it.each([
    ['somebody of another organisation', { organisation: 'RCD' }],
    ['fewer environments', { environments: ['dep'] }],
    ['nobody', { succeeds: '00000000-0000-4000-8000-000000000000' }],
  ])('is refused with %s', async (_what, wrong) => {
    const { id: succeeds } = await appoint();
    const answered = await admin.call('POST', '/api/v1/sro-appointments', {
      ...appointment,
      succeeds,
      ...wrong,
    });
    expect(answered.status, answered.text).toBe(400);
    expect(answered.body.errors).toMatchObject([{ pointer: '/succeeds' }]);
  });

  it('the overview shows what closes next and what stops with it', async () => {
    const closing = async () => (await admin.ok('sroOutlook')).items;
    expect(await closing()).toMatchObject([
      { organisation: 'R69', environment: 'int', gate: 'closed', openUntil: null },
    ]);
    const { id } = await appoint({ reviewDueOn: '2026-04-01', graceDays: 14 });
    expect(await closing()).toMatchObject([{ gate: 'closed', sro: { id, state: 'proposed' } }]);
    await admin.ok('sroAccept', { params: { id }, body: {} });
    const [open] = await closing();
    expect(open).toMatchObject({ gate: 'open', openUntil: '2026-04-15', sro: { state: 'review due' } });
    expect(open?.applications).toEqual([
      'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider',
    ]);
    expect((await admin.ok('sroOutlook', { query: { days: 30 } })).items).toEqual([]);
    admin.clock.ms = Date.parse('2026-04-10T09:00:00Z');
    expect(await closing()).toMatchObject([{ gate: 'grace' }]);
    const { id: deputy } = await appoint({ name: 'Dee', role: 'deputy' });
    await admin.ok('sroAccept', { params: { id: deputy }, body: {} });
    await admin.ok('sroWithdraw', { params: { id }, body: { reason: 'left' } });
    expect(await closing()).toMatchObject([{ gate: 'deputy', openUntil: '2027-04-10' }]);
  });
});

it.each([
  ['on its 60th day before', '2026-08-31', 1],
  ['not a day earlier', '2026-09-01', 0],
])(
  'are due by the day in London %s, on the dashboard, in the list and in own work',
  async (_, day, count) => {
    // By UTC it is still 1 July.
    admin.clock.ms = Date.parse('2026-07-01T23:30:00Z');
    const { id } = await appoint({ reviewDueOn: day });
    await admin.ok('sroAccept', { params: { id }, body: {} });
    const gina = await signIn(admin.db, 'Gina', ['governance-officer'], admin.clock.ms);
    const own = await admin.call('GET', '/api/v1/own-work', undefined, '', gina.headers);
    expect(own.status, own.text).toBe(200);
    expect((await admin.ok('dashboardShow')).srosDue).toHaveLength(count);
    expect((await admin.ok('sroList', { query: { only: 'due' } })).items).toHaveLength(count);
    expect(own.body.ending.map(({ kind }: { kind: string }) => kind)).toEqual(
      Array(count).fill('appointment'),
    );
  },
);

it('are not found by officers of other organisations', async () => {
  const { id } = await appoint();
  const elsewhere = { role: 'governance-officer', odsCodes: ['RCD'] } as const;
  const lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
  const as = (method: string, path: string, body?: unknown) =>
    admin.call(method, `/api/v1${path}`, body, '', lena.headers);
  expect((await as('GET', '/sro-appointments')).body.items).toEqual([]);
  expect((await as('GET', '/sro-outlook')).body.items).toEqual([]);
  for (const [name, body] of [
    ['accept', {}],
    ['review', {}],
    ['withdraw', { reason: 'not mine' }],
    ['link', {}],
  ] as const)
    expect((await as('POST', `/sro-appointments/${id}/${name}`, body)).status, name).toBe(404);
  expect((await as('POST', '/sro-appointments', appointment)).status).toBe(404);
  const own = await as('POST', '/sro-appointments', { ...appointment, organisation: 'RCD' });
  expect(own.status, own.text).toBe(200);
});
