import { describe, expect, it } from 'vitest';
import { composePack, type EvidenceFacts, packText } from './compose-pack.js';
import type { EvidencePack } from './evidence-pack.js';
import { withoutIdentifiers } from './identifiers.js';
import { type EvidencePeriod, evidencePeriod } from './period.js';
import type { RegistryRow, RowState } from './registry-rows.js';
import { TrafficTally } from './traffic-tally.js';

const APP = '11111111-1111-4111-8111-111111111111';
const period = evidencePeriod('2026-03-01', '2026-03-31', Date.parse('2026-05-01')) as EvidencePeriod;
const [BEFORE, IN, LATER, AFTER] = ['2026-02-10', '2026-03-10', '2026-03-20', '2026-04-10'].map(
  (day) => `${day}T12:00:00Z`,
) as [string, string, string, string];

let n = 0;
function row(
  at: string,
  table: string,
  key: string,
  after: RowState | null,
  more: Partial<RegistryRow> = {},
) {
  n += 1;
  const before = null;
  return {
    ...{ n, version: n, atMs: Date.parse(at), actor: 'Priya', people: [], reason: null },
    ...{ table, key, before, after },
    ...more,
  } satisfies RegistryRow;
}

const organisation = (at: string, state = 'active') =>
  row(at, 'organisation', 'R69', { ods_code: 'R69', name: 'Example NHS Trust', state });
const binding = (at: string, after: RowState | null = { ods_code: 'R69', application_id: APP }) =>
  row(at, 'binding', 'b1', after, after === null ? { before: { ods_code: 'R69', application_id: APP } } : {});
const application = (at: string, fields: RowState = {}, more: Partial<RegistryRow> = {}) =>
  row(
    at,
    'application',
    APP,
    {
      ...{ id: APP, environment: 'int', product: 'ReferWell', access_mode: 'application-restricted' },
      ...{ capability: 'provider', state: 'draft', asid: null, asid_shared_with: [], api_key: '…wxyz' },
      ...fields,
    },
    more,
  );
const set = (at: string, name: string, after = true, reason: string | null = null) => {
  const state = { application_id: APP, message_set_name: name };
  return row(at, 'application_message_set', `${APP}/${name}`, after ? state : null, {
    ...{ before: after ? null : state, reason },
  });
};

const none: EvidenceFacts = {
  rows: [],
  ...{ requests: [], emergencyStops: [], keyEmergencies: [] },
  traffic: new TrafficTally().traffic(),
  trail: {
    ...{ count: 0, first: null, last: null, closing: null, foundBehind: [] },
    ...{ headsCompared: 0, headsDiffering: [] },
  },
};
const compose = (rows: readonly RegistryRow[], facts: Partial<EvidenceFacts> = {}): EvidencePack => {
  const pack = composePack('R69', period, { ...none, rows, ...facts });
  if (pack === null) throw new Error('there is no pack');
  return pack;
};
const onboarded = () => [organisation(BEFORE), application(BEFORE), binding(BEFORE)];

describe('an evidence pack', () => {
  it('is not made of an organisation that was registered after the period', () => {
    expect(composePack('R69', period, { ...none, rows: [organisation(AFTER)] })).toBeNull();
    expect(compose([organisation(IN)]).organisation).toMatchObject({
      stateAtStart: null,
      stateAtEnd: 'active',
    });
  });

  it('shows the registry as it was at the start and the end, whatever came later', () => {
    const rows = [...onboarded(), organisation(LATER, 'suspended'), organisation(AFTER, 'retired')];
    expect(compose(rows).organisation).toMatchObject({ stateAtStart: 'active', stateAtEnd: 'suspended' });
  });

  it.each([
    ['served before and during', [binding(BEFORE)], 1],
    ['began during', [binding(LATER)], 1],
    ['ended during', [binding(BEFORE), binding(IN, null)], 1],
    ['ended before', [binding(BEFORE), binding(BEFORE, null)], 0],
    ['began after', [binding(AFTER)], 0],
  ])('has an application that %s', (_, bindings, count) => {
    expect(compose([organisation(BEFORE), application(BEFORE), ...bindings]).applications).toHaveLength(
      count,
    );
  });

  it('has every ASID of the period with who entered it and why', () => {
    const { applications } = compose([
      ...onboarded(),
      application(BEFORE, { asid: '200000000001' }),
      application(IN, { asid: '200000000002' }, { actor: 'Priya, approved by Gita', reason: 'moved' }),
    ]);
    expect(applications[0]?.asids).toMatchObject([
      { asid: '200000000001', until: { by: 'Priya, approved by Gita' } },
      { asid: '200000000002', since: { at: '2026-03-10T12:00:00.000Z', reason: 'moved' }, until: null },
    ]);
  });

  it('has message sets with the reason for them, and leaves out one that had ended', () => {
    const { applications, messageSets } = compose([
      ...onboarded(),
      set(BEFORE, 'old'),
      set(BEFORE, 'old', false),
      set(IN, 'provider-read', true, 'the trust reads its worklist'),
      row(BEFORE, 'message_set', 'provider-read', { name: 'provider-read', interactions: ['A008'] }),
      row(
        LATER,
        'message_set',
        'provider-read',
        { name: 'provider-read', interactions: ['A008', 'A005'] },
        {
          before: { name: 'provider-read', interactions: ['A008'] },
          reason: 'referral letters',
        },
      ),
    ]);
    expect(applications[0]?.messageSets).toMatchObject([
      { name: 'provider-read', since: { reason: 'the trust reads its worklist' }, until: null },
    ]);
    expect(messageSets).toMatchObject([
      {
        interactionsAtStart: ['A008'],
        interactionsAtEnd: ['A005', 'A008'],
        changes: [{ added: ['A005'], removed: [], reason: 'referral letters' }],
      },
    ]);
  });

  describe('owners', () => {
    const appointment = (at: string, fields: RowState = {}) =>
      row(at, 'sro_appointment', 's1', {
        ...{ id: 's1', ods_code: 'R69', environments: ['int'], name: 'Olive Owner', role: 'owner' },
        ...{ spine_user_id: '555000000001', review_due_on: '2026-12-31', grace_days: 0, accepted_at: BEFORE },
        ...fields,
      });
    it.each([
      ['in force', [appointment(BEFORE)], 'in force', 'in force'],
      ['appointed in it', [appointment(IN)], null, 'in force'],
      [
        'withdrawn in it',
        [appointment(BEFORE), appointment(IN, { withdrawn_at: IN })],
        'in force',
        'withdrawn',
      ],
      ['lapsed in it', [appointment(BEFORE, { review_due_on: '2026-03-15' })], 'review due', 'lapsed'],
      [
        'withdrawn after it',
        [appointment(BEFORE), appointment(AFTER, { withdrawn_at: AFTER })],
        'in force',
        'in force',
      ],
    ])('%s', (_, rows, stateAtStart, stateAtEnd) => {
      expect(compose([organisation(BEFORE), ...rows]).owners).toMatchObject([{ stateAtStart, stateAtEnd }]);
    });
    it('withdrawn before it are left out', () => {
      expect(compose([organisation(BEFORE), appointment(BEFORE, { withdrawn_at: BEFORE })]).owners).toEqual(
        [],
      );
    });
  });

  it('has keys with their states and times, and never a part of the key itself', () => {
    const key = (at: string, state: string, more: RowState = {}) =>
      row(at, 'signing_key', 'k1', {
        ...{ application_id: APP, kid: 'kid-1', thumbprint: 'thumb', state },
        ...{ public_jwk: { n: 'modulus' }, kms_key_arn: 'arn:aws:kms:key' },
        ...more,
      });
    const pack = compose([
      ...onboarded(),
      key(BEFORE, 'PENDING'),
      key(IN, 'ACTIVE', { activated_at: '2026-03-10T13:00:00+01:00' }),
    ]);
    expect(pack.signingKeys).toMatchObject([
      {
        kid: 'kid-1',
        stateAtStart: 'PENDING',
        stateAtEnd: 'ACTIVE',
        activatedAt: '2026-03-10T12:00:00.000Z',
      },
    ]);
    expect(packText(pack)).not.toMatch(/modulus|arn:aws/);
    expect(compose([...onboarded(), key(BEFORE, 'REMOVED')]).signingKeys).toEqual([]);
  });

  it.each([
    ['open', { expires_at: AFTER }, 1],
    ['expired before it', { expires_at: BEFORE }, 0],
    ['revoked before it', { expires_at: AFTER, revoked_at: BEFORE }, 0],
  ])('has a write exception that is %s', (_, fields, count) => {
    const exception = row('2026-02-01T00:00:00Z', 'write_exception', 'e1', {
      ...{ id: 'e1', application_id: APP, interaction: 'A028', use_case_reference: 'UC-1' },
    });
    const last = row(BEFORE, 'write_exception', 'e1', { ...exception.after, ...fields });
    expect(compose([...onboarded(), exception, last]).writeExceptions).toHaveLength(count);
  });

  describe('approvals', () => {
    const request = {
      ...{ id: 'r1', action: 'registryApply', rules: ['application goes live'], reason: 'ready' },
      ...{ requestedBy: 'Priya', requestedAt: IN, state: 'approved', decidedBy: 'Gita' },
      ...{ decidedAt: LATER, decisionReason: 'agreed', expiresAt: AFTER },
      diff: [
        {
          table: 'application',
          key: APP,
          before: { id: APP, state: 'draft' },
          after: { id: APP, state: 'live' },
        },
        { table: 'organisation', key: 'RCD', before: null, after: { ods_code: 'RCD', name: 'Other' } },
      ],
    };
    it('name both people, and what the change does to this organisation alone', () => {
      const { approvals } = compose(onboarded(), { requests: [request] });
      expect(approvals.requests).toMatchObject([
        { requestedBy: 'Priya', decidedBy: 'Gita', state: 'approved', decisionReason: 'agreed' },
      ]);
      expect(approvals.requests[0]?.summary.join(' ')).toContain('would go live');
      expect(JSON.stringify(approvals)).not.toContain('RCD');
    });
    it('say where to look if the request is about more than this organisation', () => {
      const diff = [{ table: 'impact_plan', key: 'p1', before: null, after: { id: 'p1', subject: 'RCD' } }];
      const { approvals } = compose(onboarded(), { requests: [{ ...request, diff }] });
      expect(approvals.requests[0]?.summary).toEqual([
        'What it would do is not shown here. Gatehouse shows it as request r1.',
      ]);
    });
    it.each([
      ['awaits a decision that came after the period', { decidedAt: AFTER }, 'pending'],
      [
        'has expired in it',
        { decidedAt: null, decidedBy: null, expiresAt: LATER, state: 'pending' },
        'expired',
      ],
    ])('%s', (_, fields, state) => {
      const { approvals } = compose(onboarded(), { requests: [{ ...request, ...fields }] });
      expect(approvals.requests[0]).toMatchObject({ state, decidedBy: null, decisionReason: null });
    });
    it('say since when an environment needs two people', () => {
      const environment = (at: string, on: boolean | null) =>
        row(at, 'environment', 'int', { name: 'int', kind: 'authenticated', four_eyes: on });
      const rows = [...onboarded(), environment(BEFORE, false), environment(IN, true)];
      expect(compose(rows).approvals.fourEyes).toMatchObject([
        { environment: 'int', on: false, until: { at: '2026-03-10T12:00:00.000Z' } },
        { environment: 'int', on: true, until: null },
      ]);
    });
  });

  it('lists each change in the period, and of a secret only that it changed', () => {
    const before = { id: APP, state: 'draft', api_key: '…abcd', jwks_id: 'unguessable' };
    const rows = [
      ...onboarded(),
      application(IN, { state: 'live', jwks_id: 'unguessable-2' }, { before }),
      application(AFTER, { state: 'retired' }),
    ];
    const [change, ...more] = compose(rows).changes;
    expect(more).toEqual([]);
    expect(change?.fields).toContainEqual({ name: 'state', before: 'draft', after: 'live' });
    expect(change?.fields).toContainEqual({ name: 'api_key' });
    expect(JSON.stringify(change)).not.toMatch(/abcd|wxyz|unguessable/);
  });

  it('hides numbers of patients in reasons, and keeps ASIDs', () => {
    const pack = compose([
      ...onboarded(),
      application(
        IN,
        { asid: '200000000001' },
        { reason: 'for 943 476 5919, UBRN 0000 1234 5678, ASID 200000000001' },
      ),
    ]);
    expect(pack.changes[0]?.reason).toBe('for [NHS number], UBRN [12-digit number], ASID 200000000001');
  });

  it('is the same text whenever it is made, from rows in any time zone', () => {
    const facts = () =>
      [...onboarded(), set(IN, 'provider-read')].map((each, index) => ({
        ...each,
        n: index,
        version: index,
      }));
    expect(packText(compose(facts()))).toBe(packText(compose(facts())));
    expect(packText(compose(facts()))).toMatch(/^\{\n {2}"format": "gatehouse-evidence\/1",[^]*\}\n$/);
  });
});

it.each([
  ['an NHS number', '9434765919', '[NHS number]'],
  ['a UBRN', '000012345678', '[12-digit number]'],
  ['a known number', '200000000001', '200000000001'],
  [
    'a UUID that ends in twelve digits',
    '11111111-1111-4111-8111-111111111111',
    '11111111-1111-4111-8111-111111111111',
  ],
  [
    'a digest',
    'a'.repeat(20) + '123456789012' + 'b'.repeat(32),
    'a'.repeat(20) + '123456789012' + 'b'.repeat(32),
  ],
])('a text with %s', (_, text, hidden) => {
  expect(withoutIdentifiers(text, new Set(['200000000001']))).toBe(hidden);
});

it('adds up traffic by month, interaction and outcome, and refusals by reason', () => {
  const tally = new TrafficTally();
  const sent = {
    kind: 'INTENT',
    environment: 'int',
    interaction: 'A005',
    outcome: 'COMPLETED',
    code: null,
  } as const;
  tally.add('2026-03', [
    { ...sent, count: 2 },
    { ...sent, kind: 'DENIED', code: 'GW_GRANT', count: 4 },
  ]);
  tally.add('2026-03', [
    { ...sent, count: 3 },
    { ...sent, outcome: 'FAILED', code: 'GW_TIMEOUT', count: 1 },
  ]);
  tally.add('2026-04', [{ ...sent, outcome: null, count: 1 }]);
  expect(tally.traffic()).toEqual({
    attempts: [
      { month: '2026-03', environment: 'int', interaction: 'A005', outcome: 'COMPLETED', count: 5 },
      { month: '2026-03', environment: 'int', interaction: 'A005', outcome: 'FAILED', count: 1 },
      { month: '2026-04', environment: 'int', interaction: 'A005', outcome: 'OPEN', count: 1 },
    ],
    failures: [{ month: '2026-03', code: 'GW_TIMEOUT', count: 1 }],
    refusals: [{ month: '2026-03', code: 'GW_GRANT', count: 4 }],
  });
});
