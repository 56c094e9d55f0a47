import { describe, expect, it } from 'vitest';
import { type AsidPlanInput, countStates, planAsids } from './asid-plan.js';
import type { RegisteredApplication, WantedBinding } from './asid-plan.js';

const wanted: WantedBinding = {
  environment: 'int',
  odsCode: 'R69',
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
};
const wantedByUsers: WantedBinding = { ...wanted, accessMode: 'user-restricted', capability: null };
const application: RegisteredApplication = {
  id: 'a1',
  environment: 'int',
  organisations: ['R69'],
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
  state: 'live',
  asid: '200000002454',
  hasApiKey: true,
};
const forUsers: RegisteredApplication = { ...application, accessMode: 'user-restricted', capability: null };

function plan(given: Partial<AsidPlanInput>) {
  return planAsids({
    layout: 'per-organisation',
    wanted: [wanted],
    applications: [],
    open: new Set(['sandbox']),
    organisationNames: new Map([
      ['R69', 'Example NHS Trust'],
      ['RCD', 'Other NHS Trust'],
    ]),
    ...given,
  });
}
const told = (given: Partial<AsidPlanInput>) =>
  plan(given).map(({ name, state, note, applications }) => [
    name,
    state,
    note,
    ...applications.map((a) => a.id),
  ]);

const PROVIDER = 'Example NHS Trust - ReferWell - Int - Application-Restricted - Provider';
const REFERRER = 'Example NHS Trust - ReferWell - Int - Application-Restricted - Referrer';
const USERS = 'Example NHS Trust - ReferWell - Int - User-Restricted';
const SHARED = '[Supplier name] - ReferWell - Int - User-Restricted';

describe('one place and the applications for it', () => {
  it.each<[string, Partial<RegisteredApplication>[], string, string]>([
    ['none', [], 'missing', 'No application is registered for this.'],
    ['one with ASID and API key', [{}], 'present', ''],
    ['one without ASID', [{ asid: null }], 'half done', 'Lacks: ASID.'],
    ['one without API key', [{ hasApiKey: false }], 'half done', 'Lacks: API key.'],
    ['one without either', [{ asid: null, hasApiKey: false }], 'half done', 'Lacks: ASID; API key.'],
    [
      'two',
      [{}, { id: 'a2', asid: null, state: 'draft' }],
      'duplicated',
      '2 applications are registered where one is needed: keep one and retire the others.',
    ],
  ])('%s', (_name, held, state, note) => {
    const applications = held.map((each) => ({ ...application, ...each }));
    expect(told({ applications })).toEqual([[PROVIDER, state, note, ...applications.map(({ id }) => id)]]);
  });

  it('an open environment needs neither ASID nor API key', () => {
    const applications = [{ ...application, environment: 'sandbox', asid: null, hasApiKey: false }];
    expect(plan({ wanted: [{ ...wanted, environment: 'sandbox' }], applications })[0]?.state).toBe('present');
  });

  it('a combination that is listed twice counts once', () => {
    expect(plan({ wanted: [wanted, { ...wanted }] })).toHaveLength(1);
  });

  it('an ASID that two applications have is reported for both', () => {
    const rcd = { ...application, id: 'a2', organisations: ['RCD'] };
    const states = plan({
      wanted: [wanted, { ...wanted, odsCode: 'RCD' }],
      applications: [application, rcd],
    });
    expect(states.map(({ state }) => state)).toEqual(['duplicated', 'duplicated']);
    expect(states[0]?.note).toBe(
      'ASID 200000002454 also belongs to another application: each needs its own.',
    );
  });
});

describe('the layouts', () => {
  it('per organisation: both modes and both capabilities make three applications for each', () => {
    const all = [wanted, { ...wanted, capability: 'referrer' as const }, wantedByUsers];
    expect(told({ wanted: all }).map(([name]) => name)).toEqual([PROVIDER, REFERRER, USERS]);
  });

  it('shared: users of all organisations need one; application-restricted stays per organisation', () => {
    const both = [wantedByUsers, { ...wantedByUsers, odsCode: 'RCD' }, wanted, { ...wanted, odsCode: 'RCD' }];
    const rows = plan({ layout: 'shared', wanted: both });
    expect(rows.map(({ name, organisations }) => [name, organisations])).toEqual([
      [PROVIDER, ['R69']],
      ['Other NHS Trust - ReferWell - Int - Application-Restricted - Provider', ['RCD']],
      [SHARED, ['R69', 'RCD']],
    ]);
  });

  it('shared: the list of organisations must name everyone', () => {
    const given = {
      layout: 'shared',
      wanted: [wantedByUsers, { ...wantedByUsers, odsCode: 'RCD' }],
    } as const;
    expect(told({ ...given, applications: [forUsers] })).toEqual([
      [SHARED, 'half done', 'Lacks: RCD in its list of organisations.', 'a1'],
    ]);
    const whole = { ...forUsers, organisations: ['R69', 'RCD', 'R70'] };
    expect(told({ ...given, applications: [whole] })).toEqual([[SHARED, 'present', '', 'a1']]);
  });

  it('shared: one application for each organisation is too many', () => {
    const given = {
      layout: 'shared',
      wanted: [wantedByUsers, { ...wantedByUsers, odsCode: 'RCD' }],
    } as const;
    const rcd = { ...forUsers, id: 'a2', organisations: ['RCD'], asid: '200000002455' };
    expect(plan({ ...given, applications: [forUsers, rcd] }).map(({ state }) => state)).toEqual([
      'duplicated',
    ]);
  });

  it('per organisation: one for several organisations is misplaced, and each lacks its own', () => {
    const shared = { ...forUsers, organisations: ['R69', 'RCD'] };
    expect(told({ wanted: [wantedByUsers], applications: [shared] })).toEqual([
      [USERS, 'missing', 'No application is registered for this.'],
      [
        SHARED,
        'misplaced',
        'It serves several organisations; in this layout each has its own application.',
        'a1',
      ],
    ]);
  });
});

describe('an application that no listed combination needs', () => {
  it.each<[string, Partial<RegisteredApplication>, string]>([
    [
      'under the wrong capability',
      { capability: 'referrer' },
      'Nothing in the plan needs it, but an application for int, application-restricted, provider is missing.',
    ],
    [
      'under the wrong mode',
      { accessMode: 'user-restricted', capability: null },
      'Nothing in the plan needs it, but an application for int, application-restricted, provider is missing.',
    ],
    [
      'in the wrong environment',
      { environment: 'prod' },
      'Nothing in the plan needs it, but an application for int, application-restricted, provider is missing.',
    ],
    ['of another product', { product: 'Other' }, 'Nothing in the plan needs it.'],
    ['of another organisation', { organisations: ['RCD'] }, 'Nothing in the plan needs it.'],
  ])('%s', (_name, each, note) => {
    const rows = plan({ applications: [{ ...application, ...each }] });
    const misplaced = rows.filter(({ state }) => state === 'misplaced');
    expect(misplaced.map((row) => row.note)).toEqual([note]);
    expect(countStates(rows)).toEqual({
      missing: 1,
      'half done': 0,
      duplicated: 0,
      misplaced: 1,
      present: 0,
    });
  });
});

it('plans 1,000 organisations, none of them right, without comparing each with every other', () => {
  let reads = 0;
  const counted = <T extends object>(record: T): T =>
    new Proxy(record, {
      get(target, name) {
        reads += 1;
        return Reflect.get(target, name);
      },
    });
  const codes = Array.from({ length: 1_000 }, (_, at) => `X${at}`);
  const given = {
    wanted: codes.flatMap((odsCode) => [
      counted({ ...wanted, odsCode }),
      counted({ ...wantedByUsers, odsCode }),
    ]),
    applications: codes.map((odsCode, at) =>
      counted({
        ...application,
        id: odsCode,
        organisations: [odsCode],
        capability: 'referrer' as const,
        asid: String(at).padStart(12, '0'),
      }),
    ),
  };
  expect(countStates(plan(given))).toMatchObject({ missing: 2_000, misplaced: 1_000 });
  expect(reads / codes.length).toBeLessThan(100);
});
