/** Rotation policies over HTTP and the command line: who decides on them, and how far each rotation is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRotations } from '../../../apps/gateway/src/adapters/keys/rotations.ts';
import { type AdminApi, type Answer, r69, smallDocument, borrowAdmin } from '../../support/admin-api.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';

let admin: AdminApi;
let priya: SignedIn;
let gita: SignedIn;
let lena: SignedIn;
beforeAll(async () => {
  admin = await borrowAdmin();
  await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  priya = await signIn(admin.db, 'Priya', ['platform-engineer'], admin.clock.ms);
  gita = await signIn(admin.db, 'Gita', ['governance-officer'], admin.clock.ms);
  const elsewhere = { role: 'platform-engineer', odsCodes: ['RCD'] } as const;
  lena = await signIn(admin.db, 'Lena', [elsewhere], admin.clock.ms);
});
afterAll(() => admin.close());

const as = (person: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
  admin.call(method, `/api/v1${path}`, body, '', person.headers);
const choice = { organisation: 'R69', product: 'ReferWell', environment: 'int' } as const;

describe('a rotation policy', () => {
  it.each([
    ['of no days', { ...choice, everyDays: 0 }, 400, '1 to 365'],
    ['of 400 days', { ...choice, everyDays: 400 }, 400, '1 to 365'],
    ['of half a day', { ...choice, everyDays: 0.5 }, 400, '1 to 365'],
    ['of an organisation that is not there', { ...choice, organisation: 'X99' }, 404, 'X99'],
    ['of a product that is not there', { ...choice, product: 'Other' }, 404, 'Other'],
    ['of an environment that is not served', { ...choice, environment: 'moon' }, 409, 'moon'],
    ['of an open environment', { ...choice, environment: 'sandbox' }, 409, 'sandbox'],
  ])('%s is refused', async (_, body, status, words) => {
    const answer = await as(priya, 'PUT', '/rotation-policies', body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.text).toContain(words);
    expect(await admin.db.rotationPolicy.count()).toBe(0);
  });

  it('of the usual 90 days starts a rotation, which says its next step', async () => {
    await admin.ok('keyCreate', { body: r69 });
    const set = await as(priya, 'PUT', '/rotation-policies', choice);
    expect(set.body).toMatchObject({ everyDays: 90, setBy: 'Priya (priya@example.org)' });
    const { items } = await admin.ok('rotationList', { query: {} });
    expect(items).toMatchObject([
      {
        owner: { kind: 'application', name: 'int / R69 / ReferWell / application-restricted / provider' },
        ...{ everyDays: 90, next: { step: 'create' }, waitsBecause: null, failure: null },
      },
    ]);
    expect((await as(lena, 'GET', '/rotations')).body.items).toEqual([]);
    expect((await as(lena, 'GET', '/rotation-policies')).body.items).toEqual([]);
  });

  it('that is set again is changed, and its keys rotate at the new interval', async () => {
    await admin.ok('rotationPolicySet', { body: { ...choice, everyDays: 30 } });
    const { items } = await admin.ok('rotationPolicyList', { query: {} });
    expect(items).toMatchObject([{ everyDays: 30, setBy: expect.stringContaining('registry') as string }]);
    expect((await readRotations(admin.db))[0]?.everyDays).toBe(30);
  });

  it('shows a step that failed, and when it is tried again', async () => {
    const [rotation] = await readRotations(admin.db);
    await admin.db.keyRotation.create({
      data: {
        ...{ ownerId: rotation?.ownerId ?? '', step: 'create', cause: 'KMS is away', failures: 2 },
        ...{ failingSince: new Date(admin.clock.ms), notBefore: new Date(admin.clock.ms + 60_000) },
      },
    });
    const { items } = await admin.ok('rotationList', { query: { only: 'failing' } });
    expect(items).toMatchObject([
      {
        failure: {
          ...{ step: 'create', cause: 'KMS is away', failures: 2, whoActs: 'operator' },
          meanwhile: expect.stringContaining('goes on signing') as string,
        },
      },
    ]);
  });

  it('of somebody else is not found, and that of a CIS2 client needs a role without limits', async () => {
    expect((await as(lena, 'PUT', '/rotation-policies', choice)).status).toBe(404);
    const { organisation: _, ...ofClient } = choice;
    expect((await as(lena, 'PUT', '/rotation-policies', ofClient)).status).toBe(403);
    const { items } = await admin.ok('rotationPolicyList', { query: {} });
    expect((await as(lena, 'POST', `/rotation-policies/${items[0]?.id}/remove`, {})).status).toBe(404);
  });

  it('of an application that serves others too needs a role that covers all of them', async () => {
    const policies = () => admin.db.rotationPolicy.count();
    const own = { role: 'platform-engineer', odsCodes: ['R69'] } as const;
    const rae = await signIn(admin.db, 'Rae', [own], admin.clock.ms);
    const [before] = await readRotations(admin.db);
    const refused = await as(rae, 'PUT', '/rotation-policies', { ...choice, everyDays: 1 });
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('serves other organisations'),
    ]);
    const { items } = await admin.ok('rotationPolicyList', { query: {} });
    const removal = await as(rae, 'POST', `/rotation-policies/${items[0]?.id}/remove`, {});
    expect(removal.status).toBe(403);
    expect(await policies()).toBe(1);
    expect((await readRotations(admin.db))[0]?.everyDays).toBe(before?.everyDays);
    const both = { role: 'platform-engineer', odsCodes: ['R69', 'RCD'] } as const;
    const bo = await signIn(admin.db, 'Bo', [both], admin.clock.ms);
    expect((await as(bo, 'PUT', '/rotation-policies', { ...choice, everyDays: 30 })).status).toBe(200);
  });

  it('in an environment with four eyes needs two people, and its steps name both', async () => {
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: true } });
    const asked = await as(priya, 'PUT', '/rotation-policies', {
      ...choice,
      everyDays: 60,
      reason: 'less work',
    });
    expect(asked.status, asked.text).toBe(202);
    expect(asked.body.rules).toEqual(['how signing keys rotate']);
    expect(asked.text).toContain('would rotate every 60 days');
    expect((await readRotations(admin.db))[0]?.everyDays).toBe(30);
    const { id, diffHash } = asked.body;
    const approval = { diffHash, reason: 'agreed' };
    expect((await as(priya, 'POST', `/changes/${id}/approve`, approval)).status).toBe(403);
    expect((await as(gita, 'POST', `/changes/${id}/approve`, approval)).status).toBe(200);
    const [rotation] = await readRotations(admin.db);
    expect(rotation).toMatchObject({
      everyDays: 60,
      policyBy: 'Priya (priya@example.org), approved by Gita (gita@example.org)',
    });
    const { items } = await admin.ok('rotationPolicyList', { query: {} });
    expect((await as(priya, 'POST', `/rotation-policies/${items[0]?.id}/remove`, {})).status).toBe(202);
    await admin.db.environment.update({ where: { name: 'int' }, data: { fourEyes: false } });
    await admin.ok('rotationPolicyRemove', { params: { id: items[0]?.id ?? '' }, body: {} });
    expect(await readRotations(admin.db)).toEqual([]);
  });
});
