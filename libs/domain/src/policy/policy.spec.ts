import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import { decide } from './decide.js';
import { accessModeOf, type PolicyRequest, type RoutePlan } from './policy.js';
import type { AccessMode } from '../registry/records/vocabulary.js';
import type * as R from '../registry/registry.js';

/**
 * docs/reference/protocol-facts.md §2 and docs/reference/interactions.json, written out again: nothing is read from
 * catalogue.ts.
 */
const ids = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const TABLE = ids('A004 A005 A007 A008 A013 A024 A025 A028 A029 A033 A035 A036 A037 A042 A043');
const OF_CAPABILITY = {
  referrer: ids('A004 A033 A035 A037'),
  provider: ids('A004 A005 A007 A008 A013 A024 A025 A028 A029 A036 A042 A043'),
};
const WRITES = ids('A011 A012 A013 A014 A016 A020 A021 A022 A026 A027 A028 A031 A032 A034 A036 A044');

const NOW = Date.UTC(2026, 5, 1, 12);
const key = (over: Partial<R.SigningKey> = {}): R.SigningKey => ({
  id: 'k1',
  kid: 'kid-1',
  kmsKeyArn: 'arn:k1',
  thumbprint: 't',
  publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
  state: 'ACTIVE',
  publishedAtMs: 0,
  activatedAtMs: 0,
  ...over,
});
const application = (over: Partial<R.Application> = {}): R.Application => ({
  id: 'app-1',
  environment: 'int',
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
  state: 'live',
  asid: '200000002454',
  apiKey: 'api-key',
  apimApplicationId: null,
  jwksId: 'jwks-id-0000000000',
  messageSets: [],
  interactions: ids('A004 A028'),
  writeExceptions: [exception()],
  signingKeys: [key({ kid: 'kid-0', state: 'RETIRING' }), key()],
  ...over,
});
const exception = (over: Partial<R.WriteException> = {}): R.WriteException => ({
  id: 'x1',
  interaction: 'A028',
  useCaseReference: 'UC-1',
  expiresAtMs: NOW + 1,
  revokedAtMs: null,
  cosignedAtMs: NOW,
  ...over,
});
const sro = (over: Partial<R.SroAppointment> = {}): R.SroAppointment => ({
  id: 's1',
  environments: ['int', 'sandbox'],
  acceptedAtMs: 0,
  withdrawnAtMs: null,
  startsOn: null,
  reviewDueOn: '2026-06-01',
  graceDays: 0,
  ...over,
});
const bound = (app: R.Application, odsCode = 'R69', id = 'b1'): R.Binding => ({
  id,
  odsCode,
  application: app,
});
const organisation = (
  bindings: R.Binding[],
  over: Partial<R.Organisation> = {},
  odsCode = 'R69',
): R.Organisation => ({
  odsCode,
  name: 'An NHS trust',
  state: 'active',
  bindings,
  sroAppointments: [sro()],
  assuranceFloor: null,
  ...over,
});
const grantOf = (app: R.Application, odsCode = 'R69'): R.Grant => ({
  odsCode,
  product: app.product,
  accessMode: app.accessMode,
  capability: app.capability,
});
const client = (grants: R.Grant[], environment = 'int'): R.Client => ({
  id: 'c1',
  name: 'sync',
  environment,
  state: 'active',
  grants,
  workload: null,
  rateShare: 'single',
});
const snapshot = (organisations: R.Organisation[], version = 7): R.Snapshot => ({
  version,
  assuranceFloor: null,
  organisations: new Map(organisations.map((one) => [one.odsCode, one])),
  clients: new Map(),
  credentials: new Map(),
  workloads: new Map(),
  applicationsByJwksId: new Map(),
  cis2Clients: new Map(),
  cis2ClientsByJwksId: new Map(),
});
const row = (interaction: string): Operation => CATALOGUE.find((one) => one.interaction === interaction)!;
const asking = (of: R.Client, over: Partial<PolicyRequest> = {}): PolicyRequest => ({
  client: of,
  accessMode: 'application-restricted',
  odsCode: null,
  product: null,
  capability: null,
  operation: row('A028'),
  actingAs: over.accessMode === 'user-restricted' ? { businessFunction: null, onBehalfOfUserId: null } : null,
  userSession: null,
  environmentKind: 'authenticated',
  nowMs: NOW,
  ...over,
});
const codeOf = (shot: R.Snapshot, request: PolicyRequest): string => {
  const decision = decide(shot, request);
  return decision.ok ? 'passed' : decision.refusal.code;
};
/** The code of one application with a grant for it; in the sandbox, which has no owners, there is no SRO. */
const codeFor = (app: R.Application, over: Partial<PolicyRequest> = {}): string => {
  const owners = app.environment === 'sandbox' ? { sroAppointments: [] } : {};
  const of = client([grantOf(app)], app.environment);
  return codeOf(snapshot([organisation([bound(app)], owners)]), asking(of, over));
};

describe('the generated matrix, against the tables of the specification', () => {
  const USES = [
    { mode: 'application-restricted', capability: 'referrer' },
    { mode: 'application-restricted', capability: 'provider' },
    { mode: 'user-restricted', capability: null },
  ] as const;
  const EXCEPTIONS: Record<string, Partial<R.WriteException> | null> = {
    none: null,
    current: {},
    expired: { expiresAtMs: NOW },
    revoked: { revokedAtMs: NOW - 1 },
    'not co-signed': { cosignedAtMs: null },
  };

  const oracle = (
    id: string,
    use: (typeof USES)[number],
    contained: boolean,
    held: string,
    open: boolean,
  ): string => {
    if (use.mode === 'user-restricted') {
      if (!open) return 'GW_USER_SESSION';
      return contained ? 'passed' : 'GW_MESSAGE_SET';
    }
    if (!TABLE.has(id)) return WRITES.has(id) ? 'GW_MODE_READONLY' : 'GW_MODE_OPERATION';
    if (!OF_CAPABILITY[use.capability].has(id)) return 'GW_CAPABILITY';
    if (!contained) return 'GW_MESSAGE_SET';
    if (!WRITES.has(id) || held === 'current') return 'passed';
    // The sandbox has no owners who could sign.
    if (open && held === 'not co-signed') return 'passed';
    return held === 'none' ? 'GW_MODE_READONLY' : 'GW_WRITE_EXCEPTION';
  };

  it.each(CATALOGUE)('$operationId', (operation) => {
    const wrong: object[] = [];
    let cases = 0;
    for (const use of USES)
      for (const contained of [true, false])
        for (const [held, over] of Object.entries(EXCEPTIONS))
          for (const environmentKind of ['authenticated', 'open'] as const) {
            const open = environmentKind === 'open';
            const app = application({
              environment: open ? 'sandbox' : 'int',
              accessMode: use.mode,
              capability: use.capability,
              interactions: new Set(contained ? [operation.interaction, 'A099'] : ['A099']),
              writeExceptions:
                over === null ? [] : [exception({ interaction: operation.interaction, ...over })],
              ...(open ? { asid: null, apiKey: null, signingKeys: [] } : {}),
            });
            const [businessFunction = null] = operation.businessFunctions;
            const onBehalfOfUserId =
              businessFunction === 'SERVICE_PROVIDER_CLINICIAN_ADMIN' ? '555073103100' : null;
            const actingAs = use.mode === 'user-restricted' ? { businessFunction, onBehalfOfUserId } : null;
            const answer = codeFor(app, { operation, accessMode: use.mode, environmentKind, actingAs });
            const expected = oracle(operation.interaction, use, contained, held, open);
            cases += 1;
            if (answer !== expected)
              wrong.push({ ...use, contained, held, environmentKind, answer, expected });
          }
    expect(wrong).toEqual([]);
    expect(cases).toBe(60);
  });
});

describe('the order of refusal', () => {
  interface Break {
    readonly app?: Partial<R.Application>;
    readonly org?: Partial<R.Organisation>;
    readonly request?: Partial<PolicyRequest>;
  }
  const terms = (of: Operation['applicationRestricted']): Break => ({
    request: { operation: { ...row('A028'), applicationRestricted: of } },
  });
  const BREAKS: [step: string, code: string, how: Break][] = [
    ['grant', 'GW_GRANT', { request: { odsCode: 'ZZZ' } }],
    ['organisation', 'GW_ORGANISATION_SUSPENDED', { org: { state: 'suspended' } }],
    ['application state', 'GW_APPLICATION_STATE', { app: { state: 'suspended' } }],
    ['asid', 'GW_ASID_MISSING', { app: { asid: null } }],
    ['sro', 'GW_SRO_LAPSED', { org: { sroAppointments: [] } }],
    ['mode', 'GW_MODE_READONLY', terms(null)],
    ['capability', 'GW_CAPABILITY', terms({ capabilities: ['referrer'], writeException: true })],
    ['message set', 'GW_MESSAGE_SET', { app: { interactions: ids('A004') } }],
    [
      'write exception',
      'GW_WRITE_EXCEPTION',
      { app: { writeExceptions: [exception({ expiresAtMs: NOW })] } },
    ],
    ['signing key', 'GW_KEY_MISSING', { app: { signingKeys: [key({ state: 'PUBLISHED' })] } }],
  ];
  /** Each alone (a pair with itself) and every two at once; the later is applied first, so the earlier stands. */
  const pairs = (breaks: typeof BREAKS) =>
    breaks.flatMap((first, at) =>
      breaks.slice(at).map((second) => ({ name: `${first[0]} + ${second[0]}`, first, second })),
    );
  const run = (start: R.Application, mode: AccessMode, breaks: typeof BREAKS) => {
    const { app, org, request } = breaks.reduceRight<Break>(
      (of, [, , how]) => ({
        app: { ...of.app, ...how.app },
        org: { ...of.org, ...how.org },
        request: { ...of.request, ...how.request },
      }),
      { request: { accessMode: mode } },
    );
    const broken = bound({ ...start, ...app });
    return decide(snapshot([organisation([broken], org)]), asking(client([grantOf(start)]), request));
  };

  it('every step passes when no rule is broken', () => {
    const decision = run(application(), 'application-restricted', []);
    expect(decision.ok).toBe(true);
    expect(decision.steps).toEqual(BREAKS.map(([step]) => ({ step, ok: true })));
  });

  it.each(pairs(BREAKS))('application-restricted: $name: the first answers', ({ first, second }) => {
    const decision = run(application(), 'application-restricted', [first, second]);
    expect(decision.ok ? 'passed' : decision.refusal.code).toBe(first[1]);
    const upTo = BREAKS.slice(0, BREAKS.indexOf(first)).map(([step]) => ({ step, ok: true }));
    expect(decision.steps).toEqual([...upTo, { step: first[0], ok: false }]);
  });
});

describe('a user in an open environment', () => {
  const app = application({
    environment: 'sandbox',
    accessMode: 'user-restricted',
    capability: null,
    asid: null,
    signingKeys: [],
  });
  const decided = (operation: Operation, businessFunction: string | null, onBehalfOfUserId: string | null) =>
    decide(
      snapshot([
        organisation([bound({ ...app, interactions: ids(operation.interaction) })], { sroAppointments: [] }),
      ]),
      asking(client([grantOf(app)], 'sandbox'), {
        accessMode: 'user-restricted',
        environmentKind: 'open',
        operation,
        actingAs: { businessFunction, onBehalfOfUserId },
      }),
    );

  it('passes only the steps that concern a user, and none about tokens, ASIDs, owners or sessions', () => {
    const decision = decided(row('A005'), 'REFERRING_CLINICIAN', null);
    expect(decision.ok).toBe(true);
    expect(decision.steps.map(({ step }) => step)).toEqual([
      ...['grant', 'organisation', 'application state', 'business function', 'on behalf of', 'message set'],
    ]);
  });

  it.each([
    ['no function', null, null, 'business function', 'GW_HEADER_SYNTAX'],
    ['a function that is not listed', 'COMMISSIONER', null, 'business function', 'GW_BUSINESS_FUNCTION'],
    [
      'an on-behalf-of user where none is allowed',
      'REFERRING_CLINICIAN',
      '555073103100',
      'on behalf of',
      'GW_HEADER_FORBIDDEN',
    ],
  ])('%s is refused at its step', (_, businessFunction, onBehalfOfUserId, step, code) => {
    const decision = decided(row('A005'), businessFunction, onBehalfOfUserId);
    expect(decision.ok ? 'passed' : decision.refusal.code).toBe(code);
    expect(decision.steps.at(-1)).toEqual({ step, ok: false });
  });
});

describe('the choice among grants', () => {
  const app = application();
  const user: R.Grant = { ...grantOf(app), accessMode: 'user-restricted', capability: null };
  const grants: R.Grant[] = [
    grantOf(app),
    { ...grantOf(app), odsCode: 'RCD' },
    { ...grantOf(app), product: 'Other' },
    { ...grantOf(app), capability: 'referrer' },
    user,
  ];
  const shot = snapshot([organisation([bound(app)])]);
  const provider =
    'NHSD-End-User-Organisation-ODS: R69, Gatehouse-Product: ReferWell, Gatehouse-Capability: provider';

  it('lists the candidates of an ambiguous choice, which are all of this access mode', () => {
    const decision = decide(shot, asking(client(grants)));
    expect(decision.ok ? null : decision.refusal.code).toBe('GW_AMBIGUOUS');
    expect(decision.ok ? null : decision.refusal.options.candidates).toEqual([
      provider,
      provider.replace('R69', 'RCD'),
      provider.replace('ReferWell', 'Other'),
      provider.replace(': provider', ': referrer'),
    ]);
    expect(decision.ok ? null : decision.binding).toBeNull();
  });

  it.each<[string, Partial<PolicyRequest>, string]>([
    ['all three named', { odsCode: 'R69', product: 'ReferWell', capability: 'provider' }, 'passed'],
    ['one left open', { odsCode: 'R69', product: 'ReferWell' }, 'GW_AMBIGUOUS'],
    ['organisation not granted', { odsCode: 'R70' }, 'GW_GRANT'],
    ['product not granted', { product: 'Nothing' }, 'GW_GRANT'],
    ['parts of two grants', { odsCode: 'RCD', capability: 'referrer' }, 'GW_GRANT'],
    [
      'the other mode has no capability',
      { accessMode: 'user-restricted', capability: 'provider', environmentKind: 'open' },
      'GW_GRANT',
    ],
    ['granted, but of no organisation', { odsCode: 'RCD' }, 'GW_ORGANISATION_SUSPENDED'],
    ['the user grant alone, without a session', { accessMode: 'user-restricted' }, 'GW_USER_SESSION'],
  ])('%s', (_, over, expected) => {
    expect(codeOf(shot, asking(client(grants), over))).toBe(expected);
  });

  it.each([
    ['names a session', [grantOf(app), user], true, 'user-restricted'],
    ['names none, has both', [user, grantOf(app)], false, 'application-restricted'],
    ['names none, has user grants only', [user], false, 'user-restricted'],
    ['names a session without a user grant', [grantOf(app)], true, 'user-restricted'],
    ['names none, has no grant', [], false, 'application-restricted'],
  ] as const)('access mode: %s', (_, held, names, expected) => {
    expect(accessModeOf(client([...held]), names)).toBe(expected);
  });
});

describe('the one binding', () => {
  const app = application();
  const chosen = (bindings: R.Binding[]) => {
    const decision = decide(snapshot([organisation(bindings)]), asking(client([grantOf(app)])));
    return decision.ok ? decision.plan.binding.id : `${decision.refusal.code} ${decision.binding?.id}`;
  };
  const other = (over: Partial<R.Application>, id = 'other') =>
    bound(application({ id, ...over }), 'R69', id);

  it.each<[string, Partial<R.Application>]>([
    ['environment', { environment: 'prod' }],
    ['product', { product: 'Other' }],
    ['access mode', { accessMode: 'user-restricted' }],
    ['capability', { capability: 'referrer' }],
  ])('is never a binding with another %s', (_, over) => {
    expect(chosen([other(over)])).toBe('GW_APPLICATION_STATE undefined');
    expect(chosen([other(over), bound(app)])).toBe('b1');
  });

  it.each([
    [['draft'], 'GW_APPLICATION_STATE draft'],
    [['suspended'], 'GW_APPLICATION_STATE suspended'],
    [['retired'], 'GW_APPLICATION_STATE retired'],
    [['retired', 'suspended', 'draft'], 'GW_APPLICATION_STATE suspended'],
    [['retired', 'draft', 'live'], 'live'],
  ] as const)('of states %j: %s', (states, expected) => {
    expect(chosen(states.map((state) => other({ state }, state)))).toBe(expected);
  });

  it.each(['suspended', 'retired'] as const)('no binding of a %s organisation', (state) => {
    const shot = snapshot([organisation([bound(app)], { state })]);
    const decision = decide(shot, asking(client([grantOf(app)])));
    expect(decision.ok ? 'passed' : decision.refusal.code).toBe('GW_ORGANISATION_SUSPENDED');
    expect(decision.ok || decision.binding).toBeNull();
  });

  it('is each organisation’s own where two differ only in their ODS code', () => {
    const shot = snapshot(
      ['R69', 'RCD'].map((code) => organisation([bound(app, code, `b-${code}`)], {}, code)),
    );
    const of = client([grantOf(app), grantOf(app, 'RCD')]);
    const [r69, rcd] = ['R69', 'RCD'].map((odsCode) => decide(shot, asking(of, { odsCode })));
    expect(r69?.ok && r69.plan.binding).toMatchObject({ id: 'b-R69', odsCode: 'R69' });
    expect(rcd?.ok && rcd.plan.binding).toMatchObject({ id: 'b-RCD', odsCode: 'RCD' });
    expect(r69?.ok && r69.plan.identity).not.toBe(rcd?.ok && rcd.plan.identity);
  });

  it.each([
    ['asid', { asid: null }, 'GW_ASID_MISSING'],
    ['API key', { apiKey: null }, 'GW_ASID_MISSING'],
    ['any key', { signingKeys: [] }, 'GW_KEY_MISSING'],
    [
      'exception for this interaction',
      { writeExceptions: [exception({ interaction: 'A013' })] },
      'GW_MODE_READONLY',
    ],
    [
      'lapsed and current exception',
      { writeExceptions: [exception({ expiresAtMs: NOW }), exception()] },
      'passed',
    ],
  ] as const)('with no %s: %s', (_, over, expected) => {
    expect(codeFor(application(over))).toBe(expected);
  });
});

describe('identity: equal if and only if the same call goes out', () => {
  const planOf = (app: R.Application, binding = bound(app), version = 7): RoutePlan => {
    const shot = snapshot([organisation([binding], {}, binding.odsCode)], version);
    const of = client([grantOf(app, binding.odsCode)], app.environment);
    const decision = decide(shot, asking(of, { operation: row('A004') }));
    if (!decision.ok) throw decision.refusal;
    return decision.plan;
  };
  const base = planOf(application());

  it.each([
    ['environment', planOf(application({ environment: 'sandbox' }))],
    ['binding', planOf(application(), bound(application(), 'R69', 'b2'))],
    ['organisation', planOf(application(), bound(application(), 'RCD'))],
    ['application', planOf(application({ id: 'app-2' }))],
    ['capability', planOf(application({ capability: 'referrer' }))],
    ['asid', planOf(application({ asid: '200000002455' }))],
    ['API key', planOf(application({ apiKey: 'api-key-2' }))],
    ['kid', planOf(application({ signingKeys: [key({ kid: 'kid-2' })] }))],
  ])('another %s', (_, plan) => {
    expect(plan.identity).not.toBe(base.identity);
  });

  it('does not depend on what is not sent, and the active key signs', () => {
    const plan = planOf(application({ messageSets: ['x'], writeExceptions: [] }), undefined, 8);
    expect(plan.identity).toBe(base.identity);
    expect(plan.registryVersion).toBe(8);
    expect(plan.signingKey?.kid).toBe('kid-1');
  });
});

describe('until when a decision stands while the registry stays as it is', () => {
  const MIDNIGHT = Date.parse('2026-06-01T23:00:00Z');
  const [SOON, LATER] = [NOW + 60_000, NOW + 120_000];
  it.each<[string, Partial<R.SroAppointment>, Partial<R.WriteException>, number]>([
    ['midnight in London, at which an owner’s days begin and end', {}, { expiresAtMs: NOW }, MIDNIGHT],
    ['the withdrawal of an owner', { withdrawnAtMs: SOON }, { expiresAtMs: LATER }, SOON],
    ['the end of an exception', { withdrawnAtMs: LATER }, { expiresAtMs: SOON }, SOON],
    ['what is to come, not what has been', { acceptedAtMs: NOW }, { expiresAtMs: LATER }, LATER],
  ])('%s', (_, ofOwner, ofException, untilMs) => {
    const app = application({ writeExceptions: [exception(ofException)] });
    const shot = snapshot([organisation([bound(app)], { sroAppointments: [sro(ofOwner)] })]);
    const decision = decide(shot, asking(client([grantOf(app)]), { operation: row('A004') }));
    expect(decision).toMatchObject({ ok: true, validUntilMs: untilMs });
  });
});
