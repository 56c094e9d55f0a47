import { describe, expect, it } from 'vitest';
import type { Application, Client, Grant, Organisation, SigningKey, Snapshot } from '../registry/registry.js';
import { blastRadius } from './blast-radius.js';
import { effectiveAtMs, type LifeCycleEvent, snapshotAfter, successorOf } from './life-cycle-event.js';
import { orderedPlan } from './ordered-plan.js';
import { organisationPlan } from './organisation-plan.js';
import { keyPlan, ownerPlan } from './person-and-key-plans.js';
import { actionsOf } from './plan-actions.js';
import { retirementFile } from './retirement-file.js';
import { simulate } from './simulate.js';

const NOW = Date.UTC(2026, 10, 27, 12);
const access = {
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
} as const;
const ofUsers = { product: 'ReferWell', accessMode: 'user-restricted', capability: null } as const;

const key = (kid: string, state: SigningKey['state']): SigningKey => ({
  ...{ id: kid, kid, state, kmsKeyArn: 'arn', thumbprint: kid, publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' } },
  ...{ publishedAtMs: NOW - 86_400_000, activatedAtMs: null },
});
const application = (id: string, over: Partial<Application> = {}): Application => ({
  ...{ id, ...access, environment: 'int', state: 'live', asid: '200000002454', apiKey: `key-of-${id}` },
  ...{ apimApplicationId: null, jwksId: id, messageSets: ['read'], interactions: new Set(['A004', 'A005']) },
  ...{ writeExceptions: [], signingKeys: [key(`${id}-key`, 'ACTIVE'), key(`${id}-next`, 'PUBLISHED')] },
  ...over,
});
const owner = (id: string, over: object = {}) => ({
  ...{ id, environments: ['int', 'prod'], acceptedAtMs: 0, withdrawnAtMs: null, startsOn: null },
  ...{ reviewDueOn: '2027-12-31', graceDays: 0 },
  ...over,
});
const organisation = (
  odsCode: string,
  applications: readonly Application[],
  over: Partial<Organisation> = {},
) => ({
  ...{ odsCode, name: `Trust ${odsCode}`, state: 'active' as const, assuranceFloor: null },
  bindings: applications.map((each) => ({ id: `${odsCode}-${each.id}`, odsCode, application: each })),
  sroAppointments: [owner(`owner-${odsCode}`)],
  ...over,
});
const client = (name: string, environment: string, grants: readonly Grant[]): Client => ({
  ...{ id: name, name, environment, state: 'active', workload: null, rateShare: 'single', grants },
});
const grant = (odsCode: string, of: Omit<Grant, 'odsCode'> = access): Grant => ({ odsCode, ...of });

const old = application('old');
const inProd = application('old-prod', { environment: 'prod' });
const shared = application('shared', { ...ofUsers });
const snapshot: Snapshot = {
  ...{ version: 7, assuranceFloor: null, credentials: new Map(), workloads: new Map() },
  ...{ applicationsByJwksId: new Map(), cis2ClientsByJwksId: new Map() },
  cis2Clients: new Map([
    [
      'int/ReferWell',
      {
        ...{ id: 'cis2', product: 'ReferWell', environment: 'int', clientId: 'c', auth: 'private_key_jwt' },
        ...{
          signingAlgorithm: 'RS512',
          state: 'active',
          jwksId: 'j',
          signingKeys: [key('cis2-key', 'ACTIVE')],
        },
      },
    ],
  ]),
  organisations: new Map(
    [
      organisation('R69', [old, inProd, shared]),
      organisation('RCD', [shared]),
      organisation('RNEW', [application('new', { asid: '200000002460' })]),
    ].map((each) => [each.odsCode, each]),
  ),
  clients: new Map(
    [
      client('sync', 'int', [grant('R69'), grant('RNEW')]),
      client('sync-prod', 'prod', [grant('R69')]),
      client('portal', 'int', [grant('R69', ofUsers), grant('RCD', ofUsers)]),
      client('stranger', 'int', [grant('RCD', ofUsers)]),
    ].map((each) => [each.id, each]),
  ),
};

const closes: LifeCycleEvent = { kind: 'organisation-closes', odsCode: 'R69', firstDay: '2026-11-01' };
const merges: LifeCycleEvent = {
  ...{ kind: 'organisation-merges', odsCode: 'R69', successor: 'RNEW', firstDay: '2026-11-01' },
};
const changesCode: LifeCycleEvent = { ...merges, kind: 'organisation-changes-code', successor: 'RX1' };
const leaves: LifeCycleEvent = { kind: 'sro-leaves', appointmentId: 'owner-R69', firstDay: '2026-12-01' };
const suspected: LifeCycleEvent = { kind: 'key-suspected', kid: 'old-key' };

describe('what an event hits', () => {
  it.each([
    [
      'an organisation that closes',
      closes,
      ['old', 'old-prod', 'shared'],
      ['sync', 'sync-prod', 'portal'],
      ['cis2'],
    ],
    ['one that merges', merges, ['old', 'old-prod', 'shared'], ['sync', 'sync-prod', 'portal'], ['cis2']],
    [
      'one that changes its code',
      changesCode,
      ['old', 'old-prod', 'shared'],
      ['sync', 'sync-prod', 'portal'],
      ['cis2'],
    ],
    ['an owner who leaves: no users', leaves, ['old', 'old-prod'], ['sync', 'sync-prod'], []],
    ['a suspected key: one application', suspected, ['old'], ['sync'], []],
    [
      'the key of a shared application: all that it serves',
      { kind: 'key-suspected', kid: 'shared-key' } as const,
      ['shared'],
      ['portal', 'portal', 'stranger'],
      ['cis2'],
    ],
    ['the key of a CIS2 client', { kind: 'key-suspected', kid: 'cis2-key' } as const, [], [], ['cis2']],
    ['what nobody knows', { ...closes, odsCode: 'R00' }, [], [], []],
  ] as const)('%s', (_name, event, applications, clients, cis2Clients) => {
    const hit = blastRadius(snapshot, event, 'all');
    expect(hit.applications.map((each) => each.application.id)).toEqual(applications);
    expect(hit.grants.map((each) => each.client.id)).toEqual(clients);
    expect(hit.cis2Clients.map(({ id }) => id)).toEqual(cis2Clients);
  });

  it('leaves out what also belongs to organisations beyond the caller’s role, and says how much', () => {
    const hit = blastRadius(snapshot, closes, new Set(['R69']));
    expect(hit.applications.map((each) => each.application.id)).toEqual(['old', 'old-prod']);
    expect(hit.grants.map((each) => each.client.id)).toEqual(['sync-prod']);
    expect(hit.notShown).toEqual({ applications: 1, clients: 2 });
  });
});

/** Of each affected client: the codes before, after and for the successor; null goes on. */
function codes(event: LifeCycleEvent, standbyKid: string | null = null, of = snapshot) {
  const simulation = {
    ...{ before: of, after: snapshotAfter(of, event, { nowMs: NOW, standbyKid }) },
    ...{ successor: successorOf(event), nowMs: NOW, effectiveMs: effectiveAtMs(event, NOW) },
    environmentKind: () => 'authenticated' as const,
  };
  return Object.fromEntries(
    blastRadius(of, event, 'all').grants.map((each) => [
      `${each.client.name} ${each.grant.odsCode}`,
      simulate(simulation, each).map(({ interaction, before, after, successor }) =>
        [interaction, before, after, successor].filter((part) => part !== undefined),
      )[1],
    ]),
  );
}

describe('the simulated decisions', () => {
  it.each([
    [
      'refuse every call for an organisation that has closed',
      closes,
      null,
      {
        'sync R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED'],
        'sync-prod R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED'],
        'portal R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED'],
      },
    ],
    [
      'say for whom the successor is ready',
      merges,
      null,
      {
        'sync R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED', null],
        'sync-prod R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED', 'GW_GRANT'],
        'portal R69': ['A005', null, 'GW_ORGANISATION_SUSPENDED', 'GW_GRANT'],
      },
    ],
    [
      'refuse application-restricted calls without an owner',
      leaves,
      null,
      { 'sync R69': ['A005', null, 'GW_SRO_LAPSED'], 'sync-prod R69': ['A005', null, 'GW_SRO_LAPSED'] },
    ],
    ['refuse calls without a key', suspected, null, { 'sync R69': ['A005', null, 'GW_KEY_MISSING'] }],
    ['go on with the standby key', suspected, 'old-next', { 'sync R69': ['A005', null, null] }],
  ] as const)('%s', (_name, event, standbyKid, expected) => {
    expect(codes(event, standbyKid)).toEqual(expected);
  });

  it('go on where another owner stays', () => {
    const r69 = organisation('R69', [old], { sroAppointments: [owner('owner-R69'), owner('deputy')] });
    const withDeputy = { ...snapshot, organisations: new Map([['R69', r69]]) };
    expect(codes(leaves, null, withDeputy)).toMatchObject({ 'sync R69': ['A005', null, null] });
  });

  it('count from the first moment of the first day in London, and never from the past', () => {
    expect(effectiveAtMs(leaves, NOW)).toBe(Date.UTC(2026, 11, 1));
    expect(effectiveAtMs({ ...leaves, firstDay: '2027-06-01' }, NOW)).toBe(Date.UTC(2027, 4, 31, 23));
    expect(effectiveAtMs(closes, NOW)).toBe(NOW);
  });
});

function planOf(event: LifeCycleEvent, requestsOfLastDay = 3) {
  const { organisations, grants } = blastRadius(snapshot, event, 'all');
  return orderedPlan(
    organisationPlan({
      ...{ snapshot, organisation: organisations[0]!, successor: successorOf(event), grants },
      ...{ requestsOfLastDay, nowMs: NOW, environmentKind: () => 'authenticated' as const },
    }),
  );
}
const states = (plan: ReturnType<typeof orderedPlan>) =>
  Object.fromEntries(plan.map(({ id, state }) => [id, state]));

describe('the ordered plan', () => {
  it('of a closing: the callers stop before anything is suspended, and NHS England closes last', () => {
    const plan = planOf(closes);
    expect(states(plan)).toEqual({
      ...{ callers: 'ready', suspend: 'waiting', retire: 'waiting', withdraw: 'waiting' },
      ...{ 'clean-grants': 'waiting', 'nhs-close': 'waiting' },
    });
    expect(plan.map(({ order }) => order)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(states(planOf(closes, 0))).toMatchObject({ callers: 'done', suspend: 'ready' });
  });

  it('of a merger: everything of the successor is new, and comes before the old is suspended', () => {
    const plan = planOf(merges);
    expect(states(plan)).toMatchObject({
      // The successor has an application in int, and none in prod and for users.
      ...{ successor: 'done', 'nhs-applications': 'ready', owner: 'done', keys: 'ready' },
      ...{ applications: 'waiting', grants: 'ready', callers: 'waiting', suspend: 'waiting' },
    });
    expect(plan.find(({ id }) => id === 'suspend')?.waitsFor).toContain(
      'Let the applications of RNEW go live',
    );
    expect(plan.find(({ id }) => id === 'nhs-applications')?.whoActs).toBe('NHS England');
  });

  it('of a change of code: the new code is registered first, and nothing is renamed', () => {
    const plan = planOf(changesCode);
    expect(plan[0]).toMatchObject({ id: 'successor', state: 'ready', title: 'Register RX1' });
    expect(plan[0]?.detail).toContain('never renamed');
    expect(plan[1]?.detail).toContain('prod / ReferWell / application-restricted / provider');
  });

  it.each([
    [
      'nobody is appointed',
      [owner('owner-R69')],
      { appoint: 'ready', accept: 'waiting', withdraw: 'waiting' },
    ],
    [
      'the new owner has not accepted',
      [owner('owner-R69'), owner('new', { acceptedAtMs: null })],
      { appoint: 'done', accept: 'ready', withdraw: 'waiting' },
    ],
    [
      'the new owner covers one of two environments',
      [owner('owner-R69'), owner('new', { environments: ['int'] })],
      { appoint: 'ready', accept: 'waiting' },
    ],
    [
      'the new owner starts that day',
      [owner('owner-R69'), owner('new', { startsOn: '2026-12-01' })],
      { appoint: 'done', accept: 'done', withdraw: 'ready' },
    ],
  ])('of an owner who leaves: %s', (_name, sroAppointments, expected) => {
    const of = organisation('R69', [old], { sroAppointments });
    const times = { nowMs: NOW, effectiveMs: effectiveAtMs(leaves, NOW) };
    expect(states(orderedPlan(ownerPlan(of, 'owner-R69', times)))).toMatchObject(expected);
  });

  it('of a suspected key: it is disabled first, and the rest waits for that', () => {
    const facts = { kid: 'bad', isPublished: true, standbyKid: null, hasActiveKey: false };
    const plan = orderedPlan(keyPlan(facts));
    expect(states(plan)).toEqual({ disable: 'ready', nhs: 'waiting', sign: 'waiting', review: 'waiting' });
    expect(plan[0]?.detail).toContain('calls are refused');
    expect(states(orderedPlan(keyPlan({ ...facts, isPublished: false, hasActiveKey: true })))).toEqual({
      ...{ disable: 'done', nhs: 'not known', sign: 'done', review: 'not known' },
    });
  });
});

describe('what Gatehouse carries out', () => {
  const actions = (event: LifeCycleEvent, step: string, standbyKid: string | null = null) =>
    actionsOf(step, { event, hit: blastRadius(snapshot, event, 'all'), standbyKid, nowMs: NOW });

  it.each([
    ['suspends the organisation', closes, 'suspend', null, [expect.objectContaining({ kind: 'apply' })]],
    ['retires it by its file', closes, 'retire', null, [expect.objectContaining({ kind: 'apply' })]],
    [
      'withdraws its owners',
      closes,
      'withdraw',
      null,
      [{ kind: 'withdraw-owner', appointmentId: 'owner-R69' }],
    ],
    ['removes its grants', closes, 'clean-grants', null, [{ kind: 'remove-grants', odsCode: 'R69' }]],
    [
      'grants the clients access to the successor',
      merges,
      'grants',
      null,
      [{ kind: 'grant-successor', odsCode: 'R69', successor: 'RNEW' }],
    ],
    ['is nothing that callers do', closes, 'callers', null, []],
    ['is nothing that NHS England does', closes, 'nhs-close', null, []],
    [
      'withdraws the owner who leaves',
      leaves,
      'withdraw',
      null,
      [{ kind: 'withdraw-owner', appointmentId: 'owner-R69' }],
    ],
    ['lets the standby sign', suspected, 'sign', 'old-next', [{ kind: 'activate-key', kid: 'old-next' }]],
    [
      'takes the suspected key out',
      suspected,
      'remove',
      'old-next',
      [{ kind: 'remove-key', kid: 'old-key' }],
    ],
    ['disables no key: one person does that at once', suspected, 'disable', 'old-next', []],
    ['replaces no key without another that can sign', suspected, 'sign', null, []],
  ] as const)('%s', (_name, event, step, standbyKid, expected) => {
    expect(actions(event, step, standbyKid)).toEqual(expected);
  });

  it('is what the plan says that it carries out', () => {
    for (const event of [closes, merges]) {
      const carried = planOf(event)
        .filter(({ closedBy }) => closedBy === 'plan')
        .map(({ id }) => id);
      expect(
        planOf(event)
          .filter(({ id }) => actions(event, id).length > 0)
          .map(({ id }) => id),
      ).toEqual(carried);
    }
    expect(planOf(changesCode).find(({ id }) => id === 'grants')?.closedBy).toBe('registry');
    const facts = { kid: 'old-key', isPublished: true, standbyKid: 'old-next', hasActiveKey: false };
    expect(states(orderedPlan(keyPlan(facts)))).toEqual({
      ...{ disable: 'ready', nhs: 'waiting', sign: 'ready', remove: 'waiting', review: 'waiting' },
    });
  });
});

it('the retirement file retires what is the organisation’s own, and takes it off the list of what it shares', () => {
  const r69 = snapshot.organisations.get('R69')!;
  const file = retirementFile(r69, new Map([['shared', ['R69', 'RCD']]]));
  expect(file.organisations).toEqual([{ odsCode: 'R69', name: 'Trust R69', state: 'retired' }]);
  expect(file.applications).toEqual([
    expect.objectContaining({
      organisation: 'R69',
      environment: 'int',
      asid: '200000002454',
      state: 'retired',
    }),
    expect.objectContaining({ organisation: 'R69', environment: 'prod', state: 'retired' }),
    { organisations: ['RCD'], product: 'ReferWell', environment: 'int', accessMode: 'user-restricted' },
  ]);
});
