/** docs/reference/interactions.json and docs/reference/protocol-facts.md §2; nothing expected here is read from catalogue.ts. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import { GatewayError } from '../errors.js';
import type * as R from '../registry/registry.js';
import type { AssuranceLevel } from '../users/id-token.js';
import { USER_FUNCTIONS, type UserFunction, type UserRole } from '../users/roles.js';
import type { UserSession } from '../users/user-session.js';
import { type CombinedTarget, combinedRoute } from './combined-route.js';
import { decide } from './decide.js';
import type { Decision, PolicyRequest, RoutePlan } from './policy.js';

const NOW = Date.UTC(2026, 5, 1, 12);
const RC = 'REFERRING_CLINICIAN';
const SPC = 'SERVICE_PROVIDER_CLINICIAN';
const SPCA = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const SOMEBODY = '555073103199';
const row = (id: string): Operation => CATALOGUE.find(({ interaction }) => interaction === id)!;
const role = (odsCode: string, businessFunction: UserFunction): UserRole => ({ odsCode, businessFunction });

const application = (over: Partial<R.Application> = {}): R.Application => ({
  id: 'app-1',
  environment: 'int',
  product: 'ReferWell',
  accessMode: 'user-restricted',
  capability: null,
  state: 'live',
  asid: '200000002454',
  apiKey: 'api-key',
  apimApplicationId: null,
  jwksId: 'jwks-id-0000000000',
  messageSets: [],
  interactions: new Set(CATALOGUE.map(({ interaction }) => interaction)),
  writeExceptions: [],
  signingKeys: [
    {
      id: 'k1',
      kid: 'kid-1',
      kmsKeyArn: 'arn:k1',
      thumbprint: 't',
      publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
      state: 'ACTIVE',
      publishedAtMs: 0,
      activatedAtMs: 0,
    },
  ],
  ...over,
});
const organisation = (
  odsCode: string,
  over: Partial<R.Organisation> = {},
  app = application(),
): R.Organisation => ({
  odsCode,
  name: `Trust ${odsCode}`,
  state: 'active',
  bindings: [{ id: `b-${odsCode}`, odsCode, application: app }],
  sroAppointments: [],
  assuranceFloor: null,
  ...over,
});
const grant = (odsCode: string, product = 'ReferWell'): R.Grant => ({
  ...{ odsCode, product, accessMode: 'user-restricted', capability: null },
});
const client = (grants: R.Grant[], id = 'c1'): R.Client => ({
  ...{ id, name: 'portal', environment: 'int', state: 'active', grants, workload: null, rateShare: 'single' },
});
const snapshot = (organisations: R.Organisation[], assuranceFloor: AssuranceLevel | null = null) => ({
  version: 7,
  assuranceFloor,
  organisations: new Map(organisations.map((each) => [each.odsCode, each])),
  clients: new Map(),
  credentials: new Map(),
  workloads: new Map(),
  applicationsByJwksId: new Map(),
  cis2Clients: new Map(),
  cis2ClientsByJwksId: new Map(),
});
const session = (over: Partial<UserSession> = {}): UserSession => ({
  id: 's1',
  version: 1,
  clientId: 'c1',
  environment: 'int',
  product: 'ReferWell',
  onlyOdsCode: null,
  userId: '555073103100',
  authenticationLevel: 3,
  identityLevel: 3,
  authenticatedAtMs: NOW,
  lastActiveAtMs: NOW,
  endedAtMs: null,
  roles: [role('R69', SPC)],
  choice: null,
  ...over,
});

interface Case {
  readonly request?: Partial<PolicyRequest>;
  readonly acting?: { businessFunction?: string; onBehalfOfUserId?: string };
  readonly session?: Partial<UserSession> | null;
  readonly grants?: R.Grant[];
  readonly snapshot?: R.Snapshot;
}
function decided(given: Case = {}): Decision {
  return decide(given.snapshot ?? snapshot([organisation('R69'), organisation('RCD')]), {
    client: client(given.grants ?? [grant('R69')]),
    accessMode: 'user-restricted',
    odsCode: null,
    product: null,
    capability: null,
    operation: row('A005'),
    actingAs: { businessFunction: null, onBehalfOfUserId: null, ...given.acting },
    userSession: given.session === null ? null : session(given.session),
    environmentKind: 'authenticated',
    nowMs: NOW,
    ...given.request,
  });
}
const codeOf = (decision: Decision): string => (decision.ok ? 'passed' : decision.refusal.code);
const lastStep = ({ steps }: Decision): string => steps.at(-1)?.step ?? '';
const planOf = (given: Case = {}): RoutePlan => {
  const decision = decided(given);
  if (!decision.ok) throw decision.refusal;
  return decision.plan;
};

describe('the order of refusal', () => {
  interface Break {
    readonly app?: Partial<R.Application>;
    readonly organisation?: Partial<R.Organisation>;
    readonly given?: Case;
  }
  const BREAKS: [step: string, code: string, how: Break][] = [
    ['user session', 'GW_USER_SESSION', { given: { session: { endedAtMs: NOW } } }],
    ['grant', 'GW_GRANT', { given: { request: { product: 'Other' } } }],
    ['organisation', 'GW_ORGANISATION_SUSPENDED', { organisation: { state: 'suspended' } }],
    ['application state', 'GW_APPLICATION_STATE', { app: { state: 'suspended' } }],
    ['asid', 'GW_ASID_MISSING', { app: { asid: null } }],
    ['assurance', 'GW_ASSURANCE', { given: { session: { authenticationLevel: 2 } } }],
    ['role', 'GW_USER_ROLE', { given: { session: { roles: [role('RCD', SPC)] } } }],
    ['on behalf of', 'GW_HEADER_FORBIDDEN', { given: { acting: { onBehalfOfUserId: SOMEBODY } } }],
    ['message set', 'GW_MESSAGE_SET', { app: { interactions: new Set(['A004']) } }],
    ['signing key', 'GW_KEY_MISSING', { app: { signingKeys: [] } }],
  ];
  const pairs = BREAKS.flatMap((first, at) =>
    BREAKS.slice(at).map((second) => ({ name: `${first[0]} + ${second[0]}`, first, second })),
  );
  const run = (breaks: typeof BREAKS): Decision => {
    const {
      app,
      organisation: broken,
      given,
    } = breaks.reduceRight<Break>(
      (sum, [, , how]) => ({
        app: { ...sum.app, ...how.app },
        organisation: { ...sum.organisation, ...how.organisation },
        given: {
          ...sum.given,
          ...how.given,
          session: { ...sum.given?.session, ...how.given?.session },
        },
      }),
      {},
    );
    return decided({ ...given, snapshot: snapshot([organisation('R69', broken, application(app))]) });
  };

  it('every step passes when nothing is broken, without an owner or a write exception', () => {
    const decision = run([]);
    expect(decision.ok).toBe(true);
    expect(decision.steps.map(({ step }) => step)).toEqual([
      ...['user session', 'grant', 'organisation', 'application state', 'asid', 'assurance', 'role'],
      ...['business function', 'on behalf of', 'message set', 'signing key'],
    ]);
  });

  it.each(pairs)('$name: the first answers', ({ first, second }) => {
    const decision = run([first, second]);
    expect(codeOf(decision)).toBe(first[1]);
    expect(decision.steps.at(-1)).toEqual({ step: first[0], ok: false });
    expect(decision.steps.slice(0, -1).every(({ ok }) => ok)).toBe(true);
  });
});

describe('the user session', () => {
  it.each<[why: string, over: Partial<UserSession> | null]>([
    ['none', null],
    ['of another client', { clientId: 'c2' }],
    ['of another environment', { environment: 'prod' }],
    ['that has ended', { endedAtMs: NOW - 1 }],
  ])('%s is refused, and nothing else is said', (_why, over) => {
    const decision = decided({ session: over });
    expect(codeOf(decision)).toBe('GW_USER_SESSION');
    expect(decision.steps).toEqual([{ step: 'user session', ok: false }]);
  });

  it('serves one product, whatever else is granted', () => {
    const grants = [grant('R69', 'Other'), grant('R69')];
    expect(planOf({ grants }).binding.application.product).toBe('ReferWell');
    expect(codeOf(decided({ grants, request: { product: 'Other' } }))).toBe('GW_GRANT');
    expect(codeOf(decided({ grants: [grant('R69', 'Other')] }))).toBe('GW_GRANT');
  });
});

describe('the level of authentication', () => {
  const at = (own: AssuranceLevel | null, all: AssuranceLevel | null) =>
    snapshot([organisation('R69', { assuranceFloor: own }), organisation('RCD', { assuranceFloor: 2 })], all);
  it.each<[own: AssuranceLevel | null, all: AssuranceLevel | null, level: AssuranceLevel, outcome: string]>([
    [null, null, 2, 'GW_ASSURANCE'],
    [null, null, 3, 'passed'],
    [null, 2, 2, 'passed'],
    [3, 2, 2, 'GW_ASSURANCE'],
    [2, 3, 2, 'passed'],
    [2, null, 2, 'passed'],
    [null, 3, 2, 'GW_ASSURANCE'],
  ])('own floor %s, floor of all %s, level %s: %s', (own, all, authenticationLevel, outcome) => {
    expect(codeOf(decided({ snapshot: at(own, all), session: { authenticationLevel } }))).toBe(outcome);
  });

  it('is that of the organisation acted for, not of another', () => {
    const both = { grants: [grant('R69'), grant('RCD')], snapshot: at(null, null) };
    const roles = [role('R69', SPC), role('RCD', SPC)];
    const low = { authenticationLevel: 2, roles } as const;
    expect(codeOf(decided({ ...both, session: low, request: { odsCode: 'RCD' } }))).toBe('passed');
    expect(codeOf(decided({ ...both, session: low, request: { odsCode: 'R69' } }))).toBe('GW_ASSURANCE');
  });
});

describe('the role', () => {
  const both = { grants: [grant('R69'), grant('RCD')] };
  const roles = [role('R69', SPC), role('R69', RC), role('RCD', RC)];
  const chosen = { ...role('R69', RC), onBehalfOfUserId: null };
  const acting = ({ binding, user }: RoutePlan): string => `${user?.businessFunction} at ${binding.odsCode}`;

  it.each<[why: string, given: Case, outcome: string]>([
    ['the only one', {}, `${SPC} at R69`],
    ['the session’s choice', { session: { roles, choice: chosen } }, `${RC} at R69`],
    [
      'the request’s choice over the session’s',
      { session: { roles, choice: chosen }, acting: { businessFunction: SPC } },
      `${SPC} at R69`,
    ],
    [
      'the request’s organisation over the session’s',
      { session: { roles, choice: chosen }, request: { odsCode: 'RCD' } },
      `${RC} at RCD`,
    ],
  ])('%s', (_why, given, outcome) => {
    expect(acting(planOf({ ...both, ...given }))).toBe(outcome);
  });

  it.each<[why: string, given: Case, step: string, code: string]>([
    [
      'a function that the user has not, whatever the caller sends',
      { acting: { businessFunction: RC } },
      'role',
      'GW_USER_ROLE',
    ],
    ['several that suit', { session: { roles } }, 'role', 'GW_ROLE_CHOICE'],
    ['an organisation that is not granted', { request: { odsCode: 'X26' } }, 'grant', 'GW_GRANT'],
    [
      'a role at an organisation that is not granted',
      { session: { roles: [role('X26', SPC)] } },
      'role',
      'GW_USER_ROLE',
    ],
    [
      'an application’s function',
      { acting: { businessFunction: 'PROVIDER_AUTHORISED_APPLICATION' } },
      'business function',
      'GW_HEADER_FORBIDDEN',
    ],
    ['before A030 was read', { session: { roles: null } }, 'role', 'GW_USER_ROLE'],
  ])('%s is refused', (_why, given, step, code) => {
    const decision = decided({ ...both, ...given });
    expect(codeOf(decision)).toBe(code);
    expect(decision.steps.at(-1)).toEqual({ step, ok: false });
  });
});

describe('A030, which finds out the roles', () => {
  const request = { operation: row('A030') };
  const both = { grants: [grant('R69'), grant('RCD')], request };

  it.each([null, [], [role('R69', SPC)]])('takes no function, with the roles %j', (roles) => {
    const plan = planOf({ ...both, session: { roles }, acting: { businessFunction: RC } });
    expect(plan.user).toEqual({
      sessionId: 's1',
      userId: '555073103100',
      businessFunction: null,
      onBehalfOfUserId: null,
    });
  });

  it('goes through an organisation that can be used', () => {
    const registry = snapshot([organisation('R69', { state: 'suspended' }), organisation('RCD')]);
    expect(planOf({ ...both, snapshot: registry }).binding.odsCode).toBe('RCD');
    const floors = snapshot([organisation('R69'), organisation('RCD', { assuranceFloor: 2 })]);
    const low = { authenticationLevel: 2, roles: null } as const;
    expect(planOf({ ...both, snapshot: floors, session: low }).binding.odsCode).toBe('RCD');
  });

  it('is refused as for the first organisation if none can be used', () => {
    const registry = snapshot([organisation('R69', { state: 'suspended' })]);
    expect(codeOf(decided({ ...both, snapshot: registry }))).toBe('GW_ORGANISATION_SUSPENDED');
  });
});

describe('on behalf of', () => {
  const admin = { roles: [role('R69', SPCA), role('R69', SPC)] };
  const choice = { ...role('R69', SPCA), onBehalfOfUserId: SOMEBODY };

  it.each<[why: string, given: Case, outcome: string | null]>([
    ['the session’s', { session: { ...admin, choice } }, SOMEBODY],
    [
      'the request’s over the session’s',
      { session: { ...admin, choice }, acting: { onBehalfOfUserId: '555073103198' } },
      '555073103198',
    ],
    [
      'the session’s is not sent in another function',
      { session: { ...admin, choice }, acting: { businessFunction: SPC } },
      null,
    ],
    [
      'is left out where the interaction takes none',
      { session: { ...admin, choice }, request: { operation: row('A040') } },
      null,
    ],
  ])('%s', (_why, given, outcome) => {
    expect(planOf(given).user?.onBehalfOfUserId).toBe(outcome);
  });
});

describe('identity: equal if and only if the same call goes out', () => {
  const both = { grants: [grant('R69'), grant('RCD')] };
  const roles = [role('R69', SPCA), role('R69', SPC), role('RCD', SPC)];
  const plan = (over: Partial<UserSession> = {}, given: Case = {}): RoutePlan =>
    planOf({
      ...both,
      session: { roles, choice: { ...role('R69', SPCA), onBehalfOfUserId: SOMEBODY }, ...over },
      ...given,
    });
  const base = plan();
  it.each([
    ['session of the same user', plan({ id: 's2' })],
    ['organisation', plan({}, { request: { odsCode: 'RCD' } })],
    ['function', plan({}, { acting: { businessFunction: SPC } })],
    ['person acted for', plan({}, { acting: { onBehalfOfUserId: '555073103198' } })],
  ])('another %s', (_why, other) => {
    expect(other.identity).not.toBe(base.identity);
  });

  it('does not change with a version of the session that decides the same', () => {
    expect(plan({ version: 9, lastActiveAtMs: NOW + 1 }).identity).toBe(base.identity);
  });
});

interface Interaction {
  readonly id: string;
  readonly userRestricted: { readonly permitted: boolean; readonly businessFunctions: readonly string[] };
  readonly headers: readonly { readonly name: string; readonly userRestricted: string }[];
}
const TABLE = new URL('../../../../docs/reference/interactions.json', import.meta.url);
const { interactions } = JSON.parse(readFileSync(TABLE, 'utf8')) as { interactions: readonly Interaction[] };

/** What docs/reference says of one cell of the matrix. */
function expected(id: string, businessFunction: string, onBehalf: boolean, contained: boolean): string {
  const rows = interactions.filter((each) => each.id === id);
  const functions = new Set(rows.flatMap(({ userRestricted }) => userRestricted.businessFunctions));
  const takesOnBehalf = rows.some(({ headers }) =>
    headers.some(
      ({ name, userRestricted }) =>
        name === 'NHSD-eRS-On-Behalf-Of-User-ID' && userRestricted.startsWith('required when'),
    ),
  );
  if (id !== 'A030' && !functions.has(businessFunction)) return 'GW_BUSINESS_FUNCTION';
  if (takesOnBehalf && businessFunction === SPCA && !onBehalf) return 'GW_HEADER_SYNTAX';
  if (takesOnBehalf && businessFunction !== SPCA && onBehalf) return 'GW_HEADER_FORBIDDEN';
  return contained ? 'passed' : 'GW_MESSAGE_SET';
}

describe('the generated matrix: interaction × function × on behalf of × message set', () => {
  it.each(CATALOGUE)('$operationId', (operation) => {
    const wrong: object[] = [];
    let cells = 0;
    for (const businessFunction of USER_FUNCTIONS)
      for (const onBehalf of [false, true])
        for (const contained of [true, false]) {
          const held = new Set(contained ? [operation.interaction, 'A099'] : ['A099']);
          const answer = codeOf(
            decided({
              request: { operation },
              acting: { businessFunction, ...(onBehalf ? { onBehalfOfUserId: SOMEBODY } : {}) },
              session: { roles: USER_FUNCTIONS.map((each) => role('R69', each)) },
              snapshot: snapshot([organisation('R69', {}, application({ interactions: held }))]),
            }),
          );
          const right = expected(operation.interaction, businessFunction, onBehalf, contained);
          cells += 1;
          if (answer !== right) wrong.push({ businessFunction, onBehalf, contained, answer, right });
        }
    expect(wrong).toEqual([]);
    expect(cells).toBe(40);
  });

  it('some function may perform each interaction for itself or for somebody', () => {
    for (const { interaction } of CATALOGUE) {
      const outcomes = USER_FUNCTIONS.flatMap((businessFunction) =>
        [false, true].map((onBehalf) => expected(interaction, businessFunction, onBehalf, true)),
      );
      expect(outcomes, interaction).toContain('passed');
    }
  });

  it('the last step of a cell that is refused is the one that failed', () => {
    expect(lastStep(decided({ acting: { businessFunction: 'COMMISSIONER' } }))).toBe('business function');
  });
});

describe('combined authentication', () => {
  const BOTH = { grants: [grant('R69'), grant('RCD')] };
  const roles = [role('R69', SPC), role('RCD', SPC)];
  const combined = { onlyOdsCode: 'RCD', roles };

  it('acts for its one organisation, without a choice, however many are granted', () => {
    expect(planOf({ ...BOTH, session: combined }).binding.odsCode).toBe('RCD');
    expect(planOf({ ...BOTH, session: combined, request: { odsCode: 'RCD' } }).binding.odsCode).toBe('RCD');
    expect(
      planOf({ ...BOTH, session: { ...combined, roles: null }, request: { operation: row('A030') } }).binding
        .odsCode,
    ).toBe('RCD');
  });
  it('is refused at another organisation before anything else is judged', () => {
    const decision = decided({ ...BOTH, session: combined, request: { odsCode: 'R69' } });
    expect([codeOf(decision), lastStep(decision)]).toEqual(['GW_OTHER_ORGANISATION', 'grant']);
    const withoutGrant = decided({ session: combined, request: { odsCode: 'R69' } });
    expect(codeOf(withoutGrant)).toBe('GW_OTHER_ORGANISATION');
  });
  it('does not reach beyond the grants', () => {
    expect(codeOf(decided({ grants: [grant('R69')], session: combined }))).toBe('GW_GRANT');
  });
  it('signs in through the application that the calls will go through', () => {
    const registry = snapshot([organisation('R69'), organisation('RCD')]);
    const target = { environment: 'int', product: 'ReferWell', odsCode: 'RCD' };
    const route = combinedRoute(registry, target);
    expect(route).toEqual({
      binding: planOf({ ...BOTH, session: combined }).binding,
      registryVersion: registry.version,
    });
    const codeFor = (change: Partial<CombinedTarget>): string => {
      try {
        return combinedRoute(registry, { ...target, ...change }).binding.odsCode;
      } catch (error) {
        return error instanceof GatewayError ? error.code : 'another error';
      }
    };
    expect(codeFor({ odsCode: 'X26' })).toBe('GW_ORGANISATION_SUSPENDED');
    expect(codeFor({ product: 'Other' })).toBe('GW_APPLICATION_STATE');
    expect(codeFor({ environment: 'prod' })).toBe('GW_APPLICATION_STATE');
  });
});
