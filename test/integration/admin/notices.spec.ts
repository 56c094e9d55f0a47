/** Notices, choices and webhooks as staff handle them, over HTTP. */
import { randomUUID } from 'node:crypto';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notify } from '../../../apps/gateway/src/adapters/notices/notify.js';
import { run } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';
import { type AdminApi, startAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const REASON = { reason: 'for the team chat' };
const NOTICE: Notice = {
  ...{ kind: 'alarm', onceKey: null, title: 'An alarm', body: '', whatToDo: 'Look.', path: '/jobs' },
  ...{ odsCodes: [], staffId: null },
};

let api: AdminApi;
let priya: SignedIn;
beforeAll(async () => {
  const webhookFault = (url: string) =>
    Promise.resolve(url.includes('private') ? 'leads to a private address' : null);
  api = await startAdmin({ webhookFault });
  priya = await signIn(api.db, 'Priya', ['platform-engineer'], api.clock.ms);
});
afterAll(() => api.close());

const as = (method: string, path: string, body?: unknown) =>
  api.call(method, `/api/v1${path}`, body, '', priya.headers);

/** The command line with this token, and what it has printed. */
function gatehouseWith(token: string) {
  let out = '';
  const output = {
    out: (text: string) => void (out += `${text}\n`),
    err: () => undefined,
    interactive: false,
  };
  const settings = readSettings({ GATEHOUSE_ADMIN_URL: api.url, GATEHOUSE_ADMIN_TOKEN: token });
  return {
    run: (...line: string[]) => run(line, { settings, output, ask: () => Promise.resolve('') }),
    output: () => out,
  };
}

it('a person chooses which kinds come by email; all do until then', async () => {
  const { items } = (await as('GET', '/notice-choices')).body;
  expect(items.every(({ email }: { email: boolean }) => email)).toBe(true);
  expect((await as('PUT', '/notice-choices/alarm', { email: false })).body).toMatchObject({ email: false });
  const after = (await as('GET', '/notice-choices')).body.items;
  const off = after.filter(({ email }: { email: boolean }) => !email);
  expect(off.map(({ kind }: { kind: string }) => kind)).toEqual(['alarm']);
  expect((await as('PUT', '/notice-choices/gossip', { email: false })).status).toBe(400);
  expect((await api.call('GET', '/api/v1/notice-choices')).status).toBe(403);
});

it('a person chooses with a token of their own as well; the token of a service chooses nothing', async () => {
  const { body: token } = await as('POST', '/admin-tokens', { label: 'mine', scopes: ['registry'] });
  const asTokenOf = (tokenText: string) => gatehouseWith(tokenText);
  const mine = asTokenOf(token.token);
  expect(await mine.run('notices', 'choose', 'expiry', '--email', 'never')).toBe(0);
  expect(await mine.run('notices', 'choices')).toBe(0);
  expect(mine.output()).toMatch(/expiry +never/);
  const { items } = (await as('GET', '/notice-choices')).body;
  expect(items).toContainEqual(expect.objectContaining({ kind: 'expiry', email: false }));
  expect(await mine.run('notices', 'choose', 'expiry', '--email', 'daily')).toBe(0);
  expect(mine.output()).toMatch(/expiry +daily/);
  expect(await mine.run('notices', 'choose', 'expiry', '--email', 'at-once')).toBe(0);
  expect(await mine.run('notices', 'choose', 'gossip', '--email', 'never')).not.toBe(0);
  expect(await asTokenOf(api.tokens.all).run('notices', 'choices')).toBe(1);
});

it('a webhook is created, listed and ended; its secret is shown once, and the trail says by whom', async () => {
  const body = { url: 'https://hooks.example/T00/s3cret-path', kinds: ['alarm'], ...REASON };
  const created = await as('POST', '/webhooks', body);
  expect(created.status, created.text).toBe(200);
  const { webhook, secret } = created.body;
  expect(secret).toMatch(/^whsec_/);
  const list = await as('GET', '/webhooks');
  expect(list.body.items).toEqual([webhook]);
  expect(list.text).not.toContain(secret);
  expect(webhook.url).toBe('https://hooks.example/…');
  expect((await as('POST', '/webhooks', body)).status).toBe(409);
  const end = () => as('POST', `/webhooks/${webhook.id}/end`, REASON);
  const ends = await Promise.all([end(), end(), end()]);
  expect(ends.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  const events = [
    ...(await api.systemEvents('WEBHOOK_CREATED')),
    ...(await api.systemEvents('WEBHOOK_ENDED')),
  ];
  expect(events).toMatchObject([REASON, REASON]);
  for (const { actor } of events) expect(actor).toContain('Priya');
  for (const hidden of [secret, 's3cret-path']) expect(JSON.stringify(events)).not.toContain(hidden);
});

it.each([
  ['http://hooks.example/', '/url', 'begins with https://'],
  ['https://private.example/', '/url', 'leads to a private address'],
])('a webhook to %s is rejected at %s', async (url, pointer, detail) => {
  const answer = await as('POST', '/webhooks', { url, kinds: ['alarm'], ...REASON });
  expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  expect(answer.body.errors[0].detail).toContain(detail);
});

it('a delivery that failed is shown with its cause, and tried again once', async () => {
  await notify(api.db, NOTICE, api.clock.ms);
  const { id: noticeId } = await api.db.notice.findFirstOrThrow();
  const { id: staffId } = await api.db.staff.findFirstOrThrow();
  const id = randomUUID();
  const at = new Date(api.clock.ms);
  const failed = { state: 'failed', attempts: 10, cause: 'the mail server is away', dueAt: at, endedAt: at };
  await api.db.noticeDelivery.create({ data: { id, noticeId, staffId, ...failed } });
  const query = { only: 'failed', limit: 50 } as const;
  const { items } = await api.ok('noticeList', { query });
  expect(items).toMatchObject([
    {
      title: 'An alarm',
      deliveries: [{ id, to: 'Priya', channel: 'email', state: 'failed', cause: failed.cause }],
    },
  ]);
  const { run: gatehouse, output } = gatehouseWith(api.tokens.all);
  expect(await gatehouse('notices', 'list', '--failed')).toBe(0);
  expect(output()).toContain('the mail server is away');
  expect(await gatehouse('notices', 'retry', id, '--reason', 'it is back')).toBe(0);
  expect(await gatehouse('notices', 'retry', id, '--reason', 'it is back')).toBe(1);
  expect(await gatehouse('webhooks', 'list')).toBe(0);
  expect((await api.ok('noticeList', { query })).items).toEqual([]);
});
