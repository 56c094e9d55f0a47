/** Notices reach a mail server and a webhook receiver, signed, and never twice if the first time was certain. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createPrisma, type Database } from '@gatehouse/db/client';
import { STAFF_ROLES, type StaffRole } from '@gatehouse/domain/governance/permissions';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { NOTICE_KIND_NAMES } from '@gatehouse/domain/notices/notice-kinds';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  claim,
  dueDeliveries,
  retryDelivery,
} from '../../../apps/gateway/src/adapters/notices/deliveries.js';
import { createMailer } from '../../../apps/gateway/src/adapters/notices/email.js';
import { notify } from '../../../apps/gateway/src/adapters/notices/notify.js';
import { settleFindings } from '../../../apps/gateway/src/adapters/upkeep/findings.js';
import { createWebhooks } from '../../../apps/gateway/src/adapters/notices/webhook.js';
import { mintWebhookSecret } from '../../../apps/gateway/src/adapters/notices/webhook-signature.js';
import { type NoticeSending, sendNotices } from '../../../apps/gateway/src/jobs/send-notices.js';
import {
  type MailSink,
  startMailSink,
  startHttpsReceiver,
  type HttpsReceiver,
} from '../../support/notices/notice-receivers.ts';
import { certificateFor, type Identity } from '../../support/outbound/tls-server.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';

const HOST = 'hooks.example';
const CONSOLE = 'https://console.example';
const NOTICE: Notice = {
  ...{ kind: 'emergency-stop', onceKey: null, title: 'Emergency stop: Example NHS Trust (R69)' },
  ...{ body: 'Priya Nair stopped this organisation.', whatToDo: 'Review the stop.' },
  ...{ path: '/emergency-stops', odsCodes: ['R69'], staffId: null },
};

let database: TestDatabase;
let db: Database;
let ofMail: Identity;
let ofHooks: Identity;
beforeAll(async () => {
  database = await createDatabase();
  db = createPrisma(database.appUrl);
  [ofMail, ofHooks] = await Promise.all([certificateFor('localhost'), certificateFor(HOST)]);
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

let mail: MailSink;
let hooks: HttpsReceiver;
let nowMs: number;
let staffId: string;
const secret = mintWebhookSecret();
/** Seals nothing: KMS is not what these tests are about. */
const box = {
  seal: (text: string) => Promise.resolve(new TextEncoder().encode(text)),
  open: (sealed: Uint8Array) => Promise.resolve(Buffer.from(sealed).toString()),
};
async function person(email: string, roles: readonly StaffRole[] = ['governance-officer']): Promise<string> {
  const { id } = await db.staff.create({
    data: { issuer: 'https://login.example', subject: randomUUID(), name: 'Ana Ito', email },
  });
  await db.staffRole.createMany({
    data: roles.map((role) => ({ staffId: id, role, source: 'provider', everyOrganisation: true })),
  });
  return id;
}
async function webhook(path: string, kinds = ['emergency-stop']): Promise<void> {
  await db.noticeWebhook.create({
    data: {
      ...{ id: randomUUID(), url: `https://${HOST}:${hooks.port}${path}`, kinds },
      ...{ secretSealed: await box.seal(secret), createdBy: 'test', createdAt: new Date(nowMs) },
    },
  });
}
beforeEach(async () => {
  nowMs = Date.now();
  mail = await startMailSink('starttls', ofMail);
  hooks = await startHttpsReceiver(ofHooks);
  staffId = await person('ana@example.org');
  await webhook('/notices');
});
afterEach(async () => {
  await db.notice.deleteMany();
  await db.upkeepFinding.deleteMany();
  await db.noticeChoice.deleteMany();
  await db.noticeWebhook.updateMany({
    where: { endedAt: null },
    data: { endedAt: new Date(), endedBy: 'test' },
  });
  await db.staff.updateMany({ data: { state: 'suspended' } });
  await Promise.all([mail.close(), hooks.close()]);
});

const AWAY = { state: 'failed', cause: 'away', concerns: 'place' } as const;
const toThisMachine = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

const sending = (replaced: Partial<NoticeSending> = {}): NoticeSending => ({
  ...{ db, box, consoleOrigin: CONSOLE, now: () => nowMs },
  mailer: createMailer({ url: mail.url, from: 'Gatehouse <gatehouse@supplier.example>', ca: ofMail.cert }),
  webhooks: createWebhooks({
    ...{ hosts: new Set([HOST]), now: () => nowMs },
    network: { resolve: toThisMachine, permits: () => true, ca: ofHooks.cert },
  }),
  ...replaced,
});
const send = (replaced?: Partial<NoticeSending>): Promise<void> =>
  sendNotices(sending(replaced), new AbortController().signal);
const deliveries = () => db.noticeDelivery.findMany({ orderBy: { webhookId: 'asc' } });
const headerOf = (message: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)\\r$`, 'im').exec(message)?.[1];

describe('a notice', () => {
  it('reaches people by email and systems by a signed webhook', async () => {
    await notify(db, NOTICE, nowMs);
    await send();
    const [message = ''] = mail.messages;
    expect(mail.messages).toHaveLength(1);
    expect(headerOf(message, 'To')).toBe('ana@example.org');
    expect(headerOf(message, 'Subject')).toBe(NOTICE.title);
    expect(headerOf(message, 'Auto-Submitted')).toBe('auto-generated');
    expect(message.replaceAll('=\r\n', '')).toContain(`${CONSOLE}/emergency-stops`);
    const [call] = hooks.calls;
    expect(hooks.calls).toHaveLength(1);
    const verified = new Webhook(secret).verify(call?.body ?? '', { ...call?.headers });
    expect(verified).toMatchObject({
      type: 'notice.emergency-stop',
      data: { title: NOTICE.title, url: `${CONSOLE}/emergency-stops`, organisations: ['R69'] },
    });
    expect(await deliveries()).toMatchObject([
      { state: 'sent', staffId: null },
      { state: 'sent', staffId },
    ]);
  });

  it.each(NOTICE_KIND_NAMES)(
    'of the kind %s reaches a person who may see it, and a webhook',
    async (kind) => {
      await db.staff.updateMany({ data: { state: 'suspended' } });
      const id = await person('mia@example.org', STAFF_ROLES);
      await db.noticeChoice.create({ data: { staffId: id, kind, email: true } });
      await db.noticeWebhook.updateMany({ where: { endedAt: null }, data: { kinds: [kind] } });
      const title = `A notice of the kind ${kind}`;
      await notify(db, { ...NOTICE, kind, title, staffId: kind === 'token-expiry' ? id : null }, nowMs);
      await send();
      expect(mail.messages.map((message) => headerOf(message, 'Subject'))).toEqual([title]);
      const [call] = hooks.calls;
      const verified = new Webhook(secret).verify(call?.body ?? '', { ...call?.headers });
      expect(verified).toMatchObject({ type: `notice.${kind}`, data: { title } });
      expect((await deliveries()).every(({ state }) => state === 'sent')).toBe(true);
    },
  );

  it('of a finding is sent once, although two workers found it in two runs', async () => {
    await webhook('/upkeep', ['upkeep']);
    const finding = { key: 'unused-client 1', notice: { ...NOTICE, kind: 'upkeep' as const } };
    for (const ranAtMs of [nowMs, nowMs + 86_400_000]) {
      const run = { nowMs: ranAtMs, signal: new AbortController().signal };
      await Promise.all([1, 2].map(() => settleFindings(db, 'unused-client', [finding], run)));
      await Promise.all([send(), send()]);
    }
    expect(mail.messages.map((message) => headerOf(message, 'Subject'))).toEqual([NOTICE.title]);
    const types = hooks.calls.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types).toEqual(['notice.upkeep']);
  });

  it('is not sent if its cause is rolled back', async () => {
    const cause = db.$transaction(async (transaction) => {
      await notify(transaction, NOTICE, nowMs);
      // Another worker runs before the cause has committed.
      await send();
      throw new Error('the cause failed');
    });
    await expect(cause).rejects.toThrow('the cause failed');
    await send();
    expect([mail.messages, hooks.calls]).toEqual([[], []]);
  });

  it('is not sent to people who have switched its kind off', async () => {
    await db.noticeChoice.create({ data: { staffId, kind: 'emergency-stop', email: false } });
    await notify(db, NOTICE, nowMs);
    await notify(db, { ...NOTICE, kind: 'alarm' }, nowMs);
    await send();
    expect([mail.messages.length, hooks.calls.length]).toEqual([1, 1]);
  });

  it('is sent once by four workers at the same time', async () => {
    for (let count = 0; count < 5; count += 1) await notify(db, NOTICE, nowMs);
    await Promise.all([send(), send(), send(), send()]);
    await send();
    expect([mail.messages.length, hooks.calls.length]).toEqual([5, 5]);
  });

  it('that was sent before its worker died is sent again under the same id, and then never again', async () => {
    await notify(db, NOTICE, nowMs);
    const dying = sending();
    const { mailer, webhooks } = dying;
    const lost = () => new Promise<never>(() => undefined);
    // Both were sent. The worker dies before it can mark them.
    void send({
      mailer: mailer && { send: (email) => mailer.send(email).then(lost) },
      webhooks: webhooks && { send: (message) => webhooks.send(message).then(lost) },
    });
    await expect.poll(() => [mail.messages.length, hooks.calls.length], { timeout: 30_000 }).toEqual([1, 1]);
    // While it may still be at it, nobody else is.
    await send();
    expect([mail.messages.length, hooks.calls.length]).toEqual([1, 1]);
    nowMs += 61_000;
    await send();
    nowMs += 61_000;
    await send();
    const ids = mail.messages.map((message) => headerOf(message, 'Message-ID'));
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    const [first, second] = hooks.calls;
    expect(hooks.calls).toHaveLength(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    for (const { body, headers } of hooks.calls)
      expect(() => new Webhook(secret).verify(body, { ...headers })).not.toThrow();
  });

  it('is not sent to people who lost the role, the address or the account since it was addressed', async () => {
    const others = await Promise.all([0, 1].map((at) => person(`ben${at}@example.org`)));
    await notify(db, NOTICE, nowMs);
    mail.answer = 451;
    await send({ webhooks: null });
    expect(await db.noticeDelivery.count({ where: { state: 'waiting' } })).toBe(3);
    mail.answer = null;
    nowMs += 10_000;
    await db.staffRole.deleteMany({ where: { staffId } });
    await db.staff.update({ where: { id: others[0] ?? '' }, data: { state: 'suspended' } });
    await send({ webhooks: null });
    expect(mail.messages.map((message) => headerOf(message, 'To'))).toEqual(['ben1@example.org']);
    expect(await db.noticeDelivery.findMany({ where: { state: 'failed' } })).toMatchObject(
      [1, 2].map(() => ({ cause: expect.stringContaining('no role that covers this notice') })),
    );
  });

  it('has one claim for each attempt', async () => {
    await notify(db, NOTICE, nowMs);
    await send({ mailer: null, webhooks: sending().webhooks });
    hooks.status = 500;
    await notify(db, NOTICE, nowMs);
    await send({ mailer: null });
    nowMs += 10_000;
    const [due] = await dueDeliveries(db, nowMs);
    if (due === undefined) throw new Error('nothing is due');
    const claims = await Promise.all([1, 2, 3].map(() => claim(db, due, nowMs)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    // Another worker that found it due, and reads it only now.
    const claimed = await db.noticeDelivery.findUniqueOrThrow({ where: { id: due.id } });
    expect(await claim(db, claimed, nowMs)).toBe(false);
    expect(await claim(db, claimed, claimed.claimedUntil!.getTime() + 1)).toBe(true);
  });
});

describe('the daily digest', () => {
  const DAY_MS = 86_400_000;
  const at = (text: string) => (nowMs = Date.parse(text));
  const write = async (...titles: string[]) => {
    for (const title of titles) await notify(db, { ...NOTICE, title }, nowMs++);
    await send({ webhooks: null });
  };
  const subjects = () => mail.messages.map((message) => headerOf(message, 'Subject'));
  beforeEach(() =>
    db.noticeChoice.create({ data: { staffId, kind: 'emergency-stop', email: true, daily: true } }),
  );

  it('is one email at 8 in the morning, and what is not wanted daily comes at once', async () => {
    at('2026-07-01T12:00:00Z');
    await write('One', 'Two');
    await notify(db, { ...NOTICE, kind: 'alarm', title: 'At once' }, nowMs);
    await send({ webhooks: null });
    expect(subjects()).toEqual(['At once']);
    at('2026-07-02T06:59:59Z');
    await send({ webhooks: null });
    expect(mail.messages).toHaveLength(1);
    at('2026-07-02T07:00:00Z');
    await Promise.all([1, 2, 3, 4].map(() => send({ webhooks: null })));
    expect(subjects()).toEqual(['At once', 'Gatehouse: 2 notices']);
    expect(mail.messages[1]).toMatch(/One[^]*Two/);
    await send({ webhooks: null });
    expect(mail.messages).toHaveLength(2);
  });

  it('is one after a standstill of a week, and not seven', async () => {
    at('2026-03-25T12:00:00Z');
    for (let day = 0; day < 7; day += 1) {
      await notify(db, { ...NOTICE, title: `Day ${String(day)}` }, nowMs);
      // Workers address it, and the mail server is not there.
      await send({ webhooks: null, mailer: { send: async () => AWAY } });
      nowMs += DAY_MS;
    }
    await send({ webhooks: null });
    nowMs += DAY_MS;
    await send({ webhooks: null });
    expect(subjects()[0]).toMatch(/^Gatehouse: [67] notices$/);
    expect(mail.messages.length).toBeLessThanOrEqual(2);
    expect(await db.noticeDelivery.count({ where: { state: 'sent' } })).toBe(7);
  });

  it('that was sent before its worker died is sent again under the same id', async () => {
    at('2026-07-01T12:00:00Z');
    await write('One', 'Two');
    at('2026-07-02T07:00:00Z');
    const { mailer } = sending();
    const lost = () => new Promise<never>(() => undefined);
    void send({ webhooks: null, mailer: mailer && { send: (email) => mailer.send(email).then(lost) } });
    await expect.poll(() => mail.messages.length, { timeout: 30_000 }).toBe(1);
    await send({ webhooks: null });
    nowMs += 61_000;
    await send({ webhooks: null });
    nowMs += 61_000;
    await send({ webhooks: null });
    const ids = mail.messages.map((message) => headerOf(message, 'Message-ID'));
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });
});

describe('a receiver that does not take it', () => {
  it('is tried again later, and the cause is shown meanwhile', async () => {
    await notify(db, NOTICE, nowMs);
    [hooks.status, mail.answer] = [503, 451];
    await send();
    expect(await deliveries()).toMatchObject([
      { state: 'waiting', attempts: 1, cause: 'the receiver answered 503', staffId: null },
      { state: 'waiting', attempts: 1, cause: expect.stringContaining('451') },
    ]);
    [hooks.status, mail.answer] = [200, null];
    await send();
    expect(hooks.calls).toHaveLength(1);
    nowMs += 10_000;
    await send();
    expect([mail.messages.length, hooks.calls.length]).toEqual([1, 2]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(['sent', 'sent']);
  });

  it('has failed after the last attempt, and can be tried again by a person', async () => {
    await notify(db, NOTICE, nowMs);
    hooks.status = 500;
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await send({ mailer: null });
      nowMs += 86_400_000;
    }
    expect(hooks.calls).toHaveLength(10);
    const [failed] = await deliveries();
    expect(failed).toMatchObject({ state: 'failed', attempts: 10, cause: 'the receiver answered 500' });
    hooks.status = 200;
    const retries = [1, 2].map(() => retryDelivery(db, failed?.id ?? '', nowMs));
    expect((await Promise.all(retries)).toSorted()).toEqual([false, true]);
    await send({ mailer: null });
    expect((await deliveries()).map(({ state }) => state)).toEqual(['sent']);
  });

  it('does not keep others waiting, however much waits for it', async () => {
    await db.notice.createMany({
      data: Array.from({ length: 205 }, (_, at) => ({
        ...{
          ...NOTICE,
          id: randomUUID(),
          odsCodes: ['R69'],
          roles: [],
          createdAt: new Date(nowMs - 1_000 + at),
        },
      })),
    });
    const attempts: string[] = [];
    const away = {
      send: async ({ url }: { url: string }) => {
        attempts.push(new URL(url).pathname);
        return { state: 'failed', cause: 'away', concerns: 'place' } as const;
      },
    };
    await send({ mailer: null, webhooks: away });
    // The other receiver is new, so whatever is for it is due later than the 205.
    await webhook('/other');
    nowMs += 61_000;
    await notify(db, NOTICE, nowMs);
    attempts.length = 0;
    await send({ mailer: null, webhooks: away });
    expect(attempts.toSorted()).toEqual(['/notices', '/other']);
  });

  it('is left alone for a minute but for the one message that was tried', async () => {
    for (let count = 0; count < 3; count += 1) await notify(db, NOTICE, nowMs);
    hooks.status = 503;
    await send({ mailer: null });
    await send({ mailer: null });
    expect(hooks.calls).toHaveLength(1);
    [hooks.status, nowMs] = [200, nowMs + 10_000];
    await send({ mailer: null });
    expect(hooks.calls).toHaveLength(2);
    nowMs += 50_000;
    await send({ mailer: null });
    expect(hooks.calls).toHaveLength(4);
  });

  it('is tried again where its secret could not be opened', async () => {
    await notify(db, NOTICE, nowMs);
    await send({ mailer: null, box: { ...box, open: () => Promise.reject(new Error('KMS is away')) } });
    expect(await deliveries()).toMatchObject([{ state: 'waiting', attempts: 1, cause: 'KMS is away' }]);
    nowMs += 10_000;
    await send({ mailer: null });
    expect(hooks.calls).toHaveLength(1);
  });

  it.each([
    ['a webhook that is gone', 410, null, 'the receiver answered 410: it wants no more'],
    ['a mail server that refuses the address', 200, 550, '550'],
  ])('is not tried again: %s', async (_, status, answer, cause) => {
    await notify(db, NOTICE, nowMs);
    [hooks.status, mail.answer] = [status, answer];
    await send();
    const failed = (await deliveries()).filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([{ attempts: 1, cause: expect.stringContaining(cause) }]);
  });

  it('is not followed where it redirects', async () => {
    const elsewhere = await startHttpsReceiver(ofHooks);
    try {
      [hooks.status, hooks.location] = [307, `https://${HOST}:${elsewhere.port}/`];
      await notify(db, NOTICE, nowMs);
      await send({ mailer: null });
      expect(elsewhere.calls).toEqual([]);
      expect(await deliveries()).toMatchObject([
        { state: 'waiting', cause: 'the receiver answered 307; redirects are not followed' },
      ]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('a webhook', () => {
  const guarded = (resolve = toThisMachine) =>
    createWebhooks({
      ...{ hosts: new Set([HOST]), now: () => nowMs },
      network: { resolve, ca: ofHooks.cert },
    });

  it.each([
    ['http://hooks.example/', 'write a whole URL that begins with https://'],
    ['ftp://hooks.example/', 'write a whole URL that begins with https://'],
    ['hooks.example', 'write a whole URL that begins with https://'],
    ['https://user:pass@hooks.example/', 'a URL with a user name or password is not taken'],
    ['https://hooks.example/#part', 'leave out the part after #'],
    ['https://127.0.0.1/', 'name a host, not an IP address'],
    ['https://0x7f000001/', 'name a host, not an IP address'],
    ['https://[::1]/', 'name a host, not an IP address'],
    ['https://evil.example/', 'evil.example is not among the hosts that GATEHOUSE_WEBHOOK_HOSTS lists'],
    [
      'https://hooks.example.evil.example/',
      'hooks.example.evil.example is not among the hosts that GATEHOUSE_WEBHOOK_HOSTS lists',
    ],
    ['https://hooks.example/', 'hooks.example leads to a private address; a webhook must be at a public one'],
  ])('at %s is rejected: %s', async (url, fault) => {
    expect(await guarded().fault(url)).toBe(fault);
  });

  it.each([
    [
      'one public and one private',
      [
        { address: '8.8.8.8', family: 4 },
        { address: '::1', family: 6 },
      ],
    ],
    ['the metadata of a cloud', [{ address: '169.254.169.254', family: 4 }]],
    ['nothing', []],
  ])('whose name leads to %s is rejected', async (_, addresses) => {
    const fault = await guarded(() => Promise.resolve(addresses)).fault('https://hooks.example/');
    expect(fault).toContain('leads to a private address');
  });

  it('is accepted at a public address', async () => {
    const toPublic = () => Promise.resolve([{ address: '8.8.8.8', family: 4 }]);
    expect(await guarded(toPublic).fault('https://hooks.example/notices?team=1')).toBeNull();
    const nowhere = () => Promise.reject(new Error('ENOTFOUND'));
    expect(await guarded(nowhere).fault('https://hooks.example/')).toBe('the host cannot be resolved');
  });

  it('whose name comes to lead into this network is not called', async () => {
    await notify(db, NOTICE, nowMs);
    await send({ mailer: null, webhooks: guarded() });
    expect(hooks.calls).toEqual([]);
    expect(await deliveries()).toMatchObject([
      { state: 'waiting', cause: 'hooks.example leads to a private address' },
    ]);
  });

  it('signs with the old secret as well until its time is over, so that a receiver with either accepts it', async () => {
    const former = mintWebhookSecret();
    const untilMs = nowMs + 1_000;
    await db.noticeWebhook.updateMany({
      where: { endedAt: null },
      data: { formerSecretSealed: await box.seal(former), formerSecretUntil: new Date(untilMs) },
    });
    const accepts = (withSecret: string): boolean => {
      const { body, headers } = hooks.calls.at(-1)!;
      try {
        return new Webhook(withSecret).verify(body, headers) !== null;
      } catch {
        return false;
      }
    };
    await notify(db, NOTICE, nowMs);
    await send({ mailer: null });
    expect([accepts(secret), accepts(former), accepts(mintWebhookSecret())]).toEqual([true, true, false]);
    nowMs = untilMs;
    await notify(db, { ...NOTICE, onceKey: null }, nowMs);
    await send({ mailer: null });
    expect(hooks.calls).toHaveLength(2);
    expect([accepts(secret), accepts(former)]).toEqual([true, false]);
  });

  it('whose host is no longer listed is not called', async () => {
    await notify(db, NOTICE, nowMs);
    const webhooks = createWebhooks({
      ...{ hosts: new Set(['other.example']), now: () => nowMs },
      network: { resolve: toThisMachine, permits: () => true, ca: ofHooks.cert },
    });
    await send({ mailer: null, webhooks });
    expect(hooks.calls).toEqual([]);
    expect((await deliveries()).map(({ state }) => state)).toEqual(['failed']);
  });
});

describe('the mail server', () => {
  const from = 'gatehouse@supplier.example';

  it('may speak TLS from the first byte', async () => {
    const sink = await startMailSink('smtps', ofMail);
    try {
      await notify(db, NOTICE, nowMs);
      await send({ webhooks: null, mailer: createMailer({ url: sink.url, from, ca: ofMail.cert }) });
      expect(sink.messages).toHaveLength(1);
    } finally {
      await sink.close();
    }
  });

  it('that keeps talking and never comes to an end is given up, and its connection is closed', async () => {
    let isClosed: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (isClosed = resolve));
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Never silent: a limit on silence alone would wait for ever.
      const talking = setInterval(() => socket.write('250-wait\r\n'), 20);
      socket.on('close', () => {
        clearInterval(talking);
        isClosed();
      });
      socket.write('220 mail.example\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await notify(db, NOTICE, nowMs);
    const url = `smtp://localhost:${port}`;
    await send({ webhooks: null, mailer: createMailer({ url, from, limitMs: 500 }) });
    await closed;
    expect(await deliveries()).toMatchObject([{ state: 'waiting', cause: 'no answer within 0.5 s' }]);
    server.close();
  });

  it.each([
    ['without TLS', 'none', true],
    ['with a certificate that nobody vouches for', 'starttls', false],
  ] as const)('%s gets nothing', async (_, encryption, isTrusted) => {
    const sink = await startMailSink(encryption, ofMail);
    try {
      await notify(db, NOTICE, nowMs);
      const mailer = createMailer({ url: sink.url, from, ...(isTrusted ? { ca: ofMail.cert } : {}) });
      await send({ webhooks: null, mailer });
      expect(sink.messages).toEqual([]);
      expect(await deliveries()).toMatchObject([{ state: 'waiting', attempts: 1 }]);
    } finally {
      await sink.close();
    }
  });
});
