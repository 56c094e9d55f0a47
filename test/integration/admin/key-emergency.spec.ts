/** A key that may be in the wrong hands: disabled at once by one person, and reviewed by another. */
import { changeRegistry } from '@gatehouse/db/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  announceUnconfirmed,
  beginEmergency,
  settleEmergency,
  unsettledEmergencies,
} from '../../../apps/gateway/src/adapters/keys/key-emergencies.ts';
import { run as settleEmergencies } from '../../../apps/gateway/src/jobs/keys/key-emergencies.job.ts';
import { type AdminApi, type Answer, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

const WAIT_MS = 3_900_000;

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
let lena: SignedIn;
/** Of the application: one ACTIVE, one PUBLISHED. */
let active: string;
let standby: string;

beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
  active = (await admin.ok('keyCreate', { body: r69 })).kid;
});
afterAll(() => admin.close());

beforeEach(async () => {
  vi.restoreAllMocks();
  const { kid } = await admin.ok('keyCreate', { body: r69 });
  standby = kid;
  await admin.ok('keyPublish', { params: { kid }, body: {} });
  await signInAgain();
});

/** Sessions of staff end when nobody uses them. */
async function signInAgain(): Promise<void> {
  priya = await signIn(admin.db, 'Priya', ['platform-engineer', 'governance-officer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  const elsewhere = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
}

/** Until every copy of the JWKS has the standby. */
async function wait(): Promise<void> {
  admin.clock.ms += WAIT_MS;
  await signInAgain();
}

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const disable = (person: SignedIn, kid: string, reason = 'it was in a log') =>
  as(person, 'POST', `/signing-keys/${kid}/disable-now`, { reason });
const noticesOf = (id: string) =>
  admin.db.notice.findMany({
    where: { path: `/key-emergencies/${id}/show` },
    orderBy: [{ createdAt: 'asc' }, { kind: 'desc' }],
  });
async function stepsInTrail(id: string): Promise<unknown[]> {
  const events = await admin.systemEvents('KEY_EMERGENCY');
  return events.filter(({ emergencyId }) => emergencyId === id).map(({ step }) => step);
}
/** As a worker does it. */
function runJob(): Promise<void> {
  const now = () => admin.clock.ms;
  const { kms: keyService, audit } = admin.parts;
  const parts = { db: admin.db, keyService, audit, now, log: { error: () => undefined } };
  return settleEmergencies({
    unsettled: (beforeMs) => unsettledEmergencies(admin.db, beforeMs),
    settle: (id) => settleEmergency(parts, id),
    announce: (id) => announceUnconfirmed(parts, id),
    now,
  });
}
const keyOf = (kid: string) => admin.db.signingKey.findUniqueOrThrow({ where: { kid } });

describe('a key in the wrong hands', () => {
  it('is disabled by one person, who may not review it, though the environment has four eyes', async () => {
    await wait();
    expect((await disable(lena, active)).status).toBe(404);
    expect((await as(priya, 'POST', `/signing-keys/${active}/disable-now`, {})).status).toBe(400);
    const answer = await disable(priya, active);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({
      ...{ kid: active, standbyKid: standby, disabledBy: 'Priya (priya@example.org)' },
      disabledInKmsAt: new Date(admin.clock.ms).toISOString(),
    });
    const key = await keyOf(active);
    expect([key.state, key.disabledAt]).toEqual(['REMOVED', new Date(admin.clock.ms)]);
    expect(await admin.parts.kms.isUsable(key.kmsKeyArn)).toBe(false);
    expect((await keyOf(standby)).state).toBe('ACTIVE');

    const until = (seconds: number) => new Date(admin.clock.ms + seconds * 1000).toISOString();
    const { exposed, stepsAtNhs, id } = answer.body;
    expect(exposed.map((each: { until: string | null }) => each.until)).toEqual([
      until(599),
      until(4_199),
      null,
    ]);
    expect(JSON.stringify(exposed)).toContain('180 s');
    expect(JSON.stringify(stepsAtNhs)).toContain('200000002454');
    const changes = await admin.db.registryChange.findMany({
      where: { reason: 'emergency: it was in a log', tableName: 'signing_key' },
    });
    expect(changes.length).toBeGreaterThanOrEqual(3);

    const again = await disable(gita, active);
    expect([again.status, again.body]).toEqual([200, answer.body]);
    const review = { reason: 'right to do so' };
    const own = await as(priya, 'POST', `/key-emergencies/${id}/review`, review);
    expect(own.body.type).toBe('urn:gatehouse:problem:same-person');
    expect((await as(gita, 'GET', '/key-emergencies?only=unreviewed')).body.items).toHaveLength(1);
    expect((await as(lena, 'GET', '/key-emergencies')).body.items).toEqual([]);
    const reviewed = await as(gita, 'POST', `/key-emergencies/${id}/review`, review);
    expect(reviewed.body).toMatchObject({
      reviewedBy: 'Gita (gita@example.org)',
      reviewNote: 'right to do so',
    });
    expect((await as(gita, 'POST', `/key-emergencies/${id}/review`, review)).status).toBe(409);
    expect((await as(gita, 'GET', '/key-emergencies?only=unreviewed')).body.items).toEqual([]);
    active = standby;
  });

  it('leaves its tokens nowhere, since no snapshot has it any more', async () => {
    await wait();
    await disable(priya, active);
    const { jwksId } = await admin.db.application.findFirstOrThrow({ where: { asid: '200000002454' } });
    await vi.waitFor(
      () => {
        const keys = admin.parts.registry.current().applicationsByJwksId.get(jwksId)?.signingKeys ?? [];
        expect(keys.find(({ kid }) => kid === active)?.state ?? 'REMOVED').toBe('REMOVED');
        expect(keys.find(({ state }) => state === 'ACTIVE')?.kid).toBe(standby);
      },
      { timeout: 10_000 },
    );
    active = standby;
  });

  it('is taken out of use while KMS is away, and the answer says what is left to do', async () => {
    await wait();
    const away = vi.spyOn(admin.parts.kms, 'disableKey').mockRejectedValue(new Error('KMS is away'));
    const answer = await disable(priya, active);
    expect(answer.body).toMatchObject({ disabledInKmsAt: null, standbyKid: standby });
    const { kmsKeyArn } = await keyOf(active);
    expect(answer.body.exposed[0].text).toContain(`aws kms disable-key --key-id ${kmsKeyArn}`);
    expect((await keyOf(active)).state).toBe('REMOVED');
    away.mockRestore();
    const again = await disable(gita, active);
    expect(again.body.disabledInKmsAt).not.toBeNull();
    expect(again.body).toMatchObject({ id: answer.body.id, disabledBy: answer.body.disabledBy });
    expect(await admin.parts.kms.isUsable(kmsKeyArn)).toBe(false);
    active = standby;
  });

  it('is recorded before KMS is asked, and announced to those who may review it', async () => {
    await wait();
    const disableKey = admin.parts.kms.disableKey.bind(admin.parts.kms);
    const recorded: unknown[] = [];
    vi.spyOn(admin.parts.kms, 'disableKey').mockImplementation(async (arn) => {
      recorded.push(await admin.db.keyEmergency.findUnique({ where: { kid: active } }));
      await disableKey(arn);
    });
    const { body } = await disable(priya, active);
    expect(recorded).toMatchObject([{ id: body.id, kmsDisabledAt: null }]);
    expect(body.disabledByPerson).not.toBeNull();
    expect(await noticesOf(body.id)).toMatchObject([
      {
        ...{ kind: 'emergency-stop', odsCodes: ['R69'], exceptStaffId: body.disabledByPerson },
        ...{ title: 'Signing key disabled: int / R69 / ReferWell / application-restricted / provider' },
      },
    ]);
    expect(JSON.stringify(await noticesOf(body.id))).not.toContain('it was in a log');
    expect(await stepsInTrail(body.id)).toEqual(['begun', 'confirmed']);
    await as(gita, 'POST', `/key-emergencies/${body.id}/review`, { reason: 'right to do so' });
    expect(await stepsInTrail(body.id)).toEqual(['begun', 'confirmed', 'reviewed']);
    active = standby;
  });

  it('is disabled in KMS while the registry is busy', async () => {
    await wait();
    const { kmsKeyArn } = await keyOf(active);
    let release: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (release = resolve));
    const change = changeRegistry(admin.db, { actor: 'somebody' }, () => busy);
    const answer = disable(priya, active);
    await vi.waitFor(async () => expect(await admin.parts.kms.isUsable(kmsKeyArn)).toBe(false), {
      timeout: 9_000,
    });
    expect((await keyOf(active)).state).toBe('ACTIVE');
    release();
    await change;
    expect((await answer).body).toMatchObject({ standbyKid: standby, wasActive: true });
    active = standby;
  });

  it('of a process that died is disabled by the job, in the name of the person who declared it', async () => {
    await wait();
    const { kmsKeyArn, id: keyId } = await keyOf(active);
    const request = {
      ...{ kid: active, ownerName: 'R69', odsCodes: ['R69'], wasActive: true, reason: 'seen in a log' },
      ...{ by: 'Priya (priya@example.org)', staffId: null, origin: 'a test' },
    };
    const id = await beginEmergency(admin.db, request, admin.clock.ms);
    const { body: begun } = await as(priya, 'GET', `/key-emergencies/${id}`);
    expect(begun).toMatchObject({ takenOutAt: null, disabledInKmsAt: null, standbyKid: null });
    expect(begun.exposed[0].text).toContain('The registry was busy');

    vi.spyOn(admin.parts.kms, 'disableKey').mockRejectedValue(new Error('KMS is away'));
    await runJob();
    expect((await keyOf(active)).state).toBe('ACTIVE');
    admin.clock.ms += 16_000;
    await runJob();
    await runJob();
    expect((await keyOf(active)).state).toBe('REMOVED');
    expect((await keyOf(standby)).state).toBe('ACTIVE');
    expect((await noticesOf(id)).map(({ kind }) => kind)).toEqual(['emergency-stop', 'alarm']);
    expect(await admin.parts.kms.isUsable(kmsKeyArn)).toBe(true);
    vi.restoreAllMocks();
    await runJob();
    const settled = await admin.db.keyEmergency.findUniqueOrThrow({ where: { id } });
    expect(settled).toMatchObject({ standbyKid: standby, wasActive: true, auditedStep: 'confirmed' });
    expect((await keyOf(active)).disabledAt).toEqual(settled.kmsDisabledAt);
    expect(await admin.parts.kms.isUsable(kmsKeyArn)).toBe(false);
    const changes = await admin.db.registryChange.findMany({ where: { rowKey: keyId, actor: request.by } });
    expect(changes.at(-1)).toMatchObject({ reason: 'emergency: seen in a log', origin: 'a test' });
    expect(await stepsInTrail(id)).toEqual(['begun', 'confirmed']);
    active = standby;
  });

  it('has no successor that API Management may not know yet, and the answer says so', async () => {
    const answer = await disable(priya, active);
    expect(answer.body.standbyKid).toBeNull();
    expect(JSON.stringify(answer.body.exposed)).toContain('Calls are refused until the next key');
    expect((await keyOf(standby)).state).toBe('PUBLISHED');
    expect((await disable(priya, standby)).body.standbyKid).toBeNull();
  });

  it('that was never published exposes nothing at NHS England, and the answer says so', async () => {
    await disable(priya, standby);
    const { kid } = await admin.ok('keyCreate', { body: r69 });
    const { exposed, stepsAtNhs } = (await disable(priya, kid)).body;
    expect(exposed).toEqual([{ text: expect.stringContaining('never published') as string, until: null }]);
    expect(stepsAtNhs).toEqual([]);
  });
});
