/** The bell and the pages of notices, as each person sees them; and what a webhook was sent. */
import type { Notice } from '@gatehouse/domain/notices/notice';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { notify } from '../../../apps/gateway/src/adapters/notices/notify.js';
import { addressNotices } from '../../../apps/gateway/src/adapters/notices/addressing.js';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

let api: AdminApi;
let priya: SignedIn;
let omar: SignedIn;
let lena: SignedIn;
beforeAll(async () => {
  api = await startAdmin({ webhookFault: () => Promise.resolve(null) });
  const now = api.clock.ms;
  priya = await signIn(api.db, 'Priya', ['platform-engineer'], now);
  omar = await signIn(api.db, 'Omar', ['auditor'], now);
  lena = await signIn(api.db, 'Lena', [{ role: 'platform-engineer', odsCodes: ['RCD'] }], now);
});
afterAll(() => api.close());
beforeEach(() => api.db.notice.deleteMany());

const as = (person: SignedIn, method: string, path: string, body?: unknown, headers = {}) =>
  api.call(method, `/api/v1${path}`, body, '', { ...person.headers, ...headers });
const write = (notice: Partial<Notice>) =>
  notify(
    api.db,
    {
      ...{ kind: 'expiry', onceKey: null, title: 'A key expires', body: '', whatToDo: 'Look.' },
      ...{ path: '/signing-keys', odsCodes: [], staffId: null, ...notice },
    },
    (api.clock.ms += 1_000),
  );
const bell = async (person: SignedIn) => (await as(person, 'GET', '/own-notices/unread')).body;
const titles = async (person: SignedIn, query = '') =>
  (await as(person, 'GET', `/own-notices${query}`)).body.items.map(({ title }: { title: string }) => title);

it('each person has the notices that their roles cover, newest first', async () => {
  await write({ title: 'for all' });
  await write({ title: 'of RCD', odsCodes: ['RCD'] });
  await write({ title: 'of R69 and RCD', odsCodes: ['R69', 'RCD'] });
  await write({ title: 'an alarm', kind: 'alarm' });
  await write({ title: 'for Omar alone', staffId: omar.staffId });
  await write({ title: 'not for Priya', exceptStaffId: priya.staffId });
  expect(await titles(priya)).toEqual(['an alarm', 'of R69 and RCD', 'of RCD', 'for all']);
  expect(await titles(omar)).toEqual([
    ...['not for Priya', 'for Omar alone', 'of R69 and RCD', 'of RCD', 'for all'],
  ]);
  expect(await titles(lena)).toEqual(['of RCD']);
  expect(await titles(priya, '?kind=alarm')).toEqual(['an alarm']);
  for (const [person, query, total] of [
    [priya, '', 4],
    [omar, '?only=unread', 5],
    [lena, '', 1],
    [priya, '?kind=alarm', 1],
  ] as const) {
    expect((await as(person, 'GET', `/totals/own-notices${query}`)).body).toEqual({ total, isMore: false });
  }
});

it('the bell counts what is unread, up to 100, and pages follow one another without a gap', async () => {
  for (let index = 0; index < 104; index += 1) await write({ title: String(index) });
  const { unread, newest } = await bell(priya);
  expect([unread, newest.length, newest[0].title]).toEqual([100, 5, '103']);
  const first = (await as(priya, 'GET', '/own-notices?limit=60')).body;
  const second = (await as(priya, 'GET', `/own-notices?limit=60&after=${encodeURIComponent(first.next)}`))
    .body;
  expect([...first.items, ...second.items].map(({ title }) => title)).toEqual(
    Array.from({ length: 104 }, (_, index) => String(103 - index)),
  );
  expect(second.next).toBeNull();
});

it('a notice is marked as read once, for the person alone, and only if it concerns them', async () => {
  await write({ title: 'of R69', odsCodes: ['R69'] });
  const [{ id }] = (await bell(priya)).newest;
  const mark = async (person: SignedIn) =>
    (await as(person, 'POST', '/own-notices/read', { ids: [id, id] })).body.marked;
  const both = await Promise.all([mark(priya), mark(priya)]);
  expect(both.toSorted()).toEqual([0, 1]);
  expect((await bell(priya)).unread).toBe(0);
  expect(await titles(priya, '?only=unread')).toEqual([]);
  expect((await as(priya, 'GET', `/own-notices/${id}`)).body.readAt).not.toBeNull();
  expect((await bell(omar)).unread).toBe(1);
  expect(await mark(lena)).toBe(0);
  expect(await api.db.noticeRead.count()).toBe(1);
  expect((await as(lena, 'GET', `/own-notices/${id}`)).status).toBe(404);
});

it('deliveries to others are shown to those who may see the jobs of every organisation', async () => {
  await write({ title: 'of RCD', odsCodes: ['RCD'] });
  await addressNotices(api.db, { email: true, webhook: false }, api.clock.ms);
  const [{ id }] = (await bell(lena)).newest;
  const receivers = async (person: SignedIn) => {
    const { deliveries } = (await as(person, 'GET', `/own-notices/${id}`)).body;
    return deliveries.map(({ to }: { to: string }) => to).toSorted();
  };
  expect(await receivers(priya)).toEqual(['Lena', 'Omar', 'Priya']);
  expect(await receivers(lena)).toEqual(['Lena']);
});

it('a page that polls does not keep a session from going idle', async () => {
  const ben = await signIn(api.db, 'Ben', ['auditor'], api.clock.ms);
  const poll = async () => {
    const answers = [];
    for (const path of ['/own-notices/unread', '/waiting', '/dashboard', '/changes', '/sro-outlook'])
      answers.push((await as(ben, 'GET', path, undefined, { 'Gatehouse-Poll': '1' })).status);
    return answers;
  };
  api.clock.ms += 10 * 60_000;
  expect(await poll()).toEqual([200, 200, 200, 200, 200]);
  api.clock.ms += 5 * 60_000;
  expect(await poll()).toEqual([401, 401, 401, 401, 401]);
});

it('a webhook is tested, its deliveries are shown, and its secret is replaced', async () => {
  const anna = await signIn(api.db, 'Anna', ['platform-engineer'], api.clock.ms);
  const ivy = await signIn(api.db, 'Ivy', ['platform-engineer'], api.clock.ms);
  const REASON = { reason: 'the receiver is new' };
  const create = { url: 'https://hooks.example/', kinds: ['alarm'], ...REASON };
  const { webhook, secret } = (await as(anna, 'POST', '/webhooks', create)).body;
  const { delivery } = (await as(anna, 'POST', `/webhooks/${webhook.id}/test`, REASON)).body;
  const { deliveries } = (await as(anna, 'GET', `/webhooks/${webhook.id}`)).body;
  expect(deliveries).toMatchObject([{ id: delivery, state: 'waiting', title: 'Test of a webhook' }]);
  // Nobody but who tests it hears of it.
  expect(await addressNotices(api.db, { email: true, webhook: true }, api.clock.ms)).toBe(0);
  expect([(await bell(anna)).unread, (await bell(ivy)).unread]).toEqual([1, 0]);
  const sealed = async () => (await api.db.noticeWebhook.findFirstOrThrow()).secretSealed;
  const before = await sealed();
  const rotated = await as(anna, 'POST', `/webhooks/${webhook.id}/rotate-secret`, REASON);
  expect(rotated.body.secret).toMatch(/^whsec_/);
  expect(rotated.body.secret).not.toBe(secret);
  expect(await sealed()).not.toEqual(before);
  // For a day the old one signs as well; until then no third one can be made.
  const until = new Date(api.clock.ms + 24 * 3_600_000).toISOString();
  expect(rotated.body.webhook.formerSecretUntil).toBe(until);
  const former = async () => (await api.db.noticeWebhook.findFirstOrThrow()).formerSecretSealed;
  expect(await former()).toEqual(before);
  const again = () => as(anna, 'POST', `/webhooks/${webhook.id}/rotate-secret`, REASON);
  expect((await again()).status).toBe(409);
  const endFormer = () => as(anna, 'POST', `/webhooks/${webhook.id}/end-former-secret`, REASON);
  expect((await endFormer()).body.formerSecretUntil).toBeNull();
  expect((await endFormer()).status).toBe(409);
  expect(await former()).toBeNull();
  expect(await api.systemEvents('WEBHOOK_FORMER_SECRET_ENDED')).toMatchObject([REASON]);
  // Of two people who replace it at the same time one does.
  expect((await Promise.all([again(), again()])).map(({ status }) => status).toSorted()).toEqual([200, 409]);
  expect(await api.systemEvents('WEBHOOK_SECRET_ROTATED')).toMatchObject([{ until, ...REASON }, REASON]);
  expect(await api.systemEvents('WEBHOOK_TESTED')).toMatchObject([{ delivery, ...REASON }]);
  await as(anna, 'POST', `/webhooks/${webhook.id}/end`, REASON);
  for (const verb of ['test', 'rotate-secret'])
    expect((await as(anna, 'POST', `/webhooks/${webhook.id}/${verb}`, REASON)).status).toBe(409);
});
