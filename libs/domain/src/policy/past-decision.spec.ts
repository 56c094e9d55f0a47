import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../ers/catalogue.js';
import { decideAgain, factsLookedAt, organisationsLookedAt, type PastRequest } from './past-decision.js';
import type { Application, Binding, Client, Grant, SigningKey, Snapshot } from '../registry/registry.js';

const NOW = Date.UTC(2026, 10, 27);
const grant: Grant = {
  odsCode: 'R69',
  product: 'ReferWell',
  accessMode: 'application-restricted',
  capability: 'provider',
};
const elsewhere: Grant = { ...grant, odsCode: 'RCD' };
const application: Application = {
  ...grant,
  id: 'a1',
  environment: 'int',
  state: 'live',
  asid: '200000002454',
  apiKey: 'r69IntKey0123456789',
  apimApplicationId: null,
  jwksId: 'jwks',
  messageSets: ['read'],
  interactions: new Set(['A004']),
  writeExceptions: [],
  signingKeys: [],
};
const binding: Binding = { id: 'b1', odsCode: 'R69', application };
const client = (grants: readonly Grant[], over: Partial<Client> = {}): Client => ({
  ...{ id: 'c1', name: 'sync', environment: 'int', state: 'active', workload: null, rateShare: 'single' },
  grants,
  ...over,
});
const snapshot = (of: Client | null, bindings: readonly Binding[] = [binding]): Snapshot => ({
  version: 7,
  assuranceFloor: null,
  organisations: new Map([
    [
      'R69',
      {
        odsCode: 'R69',
        name: 'A trust',
        state: 'active',
        bindings,
        sroAppointments: [],
        assuranceFloor: null,
      },
    ],
  ]),
  clients: new Map(of === null ? [] : [[of.id, of]]),
  credentials: new Map(),
  workloads: new Map(),
  applicationsByJwksId: new Map(),
  cis2Clients: new Map(),
  cis2ClientsByJwksId: new Map(),
});
const request = (asked: Partial<PastRequest['asked']> = {}): PastRequest => ({
  clientId: 'c1',
  operation: CATALOGUE.find(({ interaction }) => interaction === 'A004')!,
  asked: {
    accessMode: 'application-restricted',
    odsCode: null,
    product: null,
    capability: null,
    businessFunction: null,
    onBehalfOfUserId: null,
    ...asked,
  },
  user: null,
  environmentKind: 'open',
});

describe('a past decision made again', () => {
  it.each([
    ['allows what the registry allows', snapshot(client([grant])), request(), null],
    [
      'keeps the choices that were made',
      snapshot(client([grant, elsewhere])),
      request({ odsCode: 'R69' }),
      null,
    ],
    ['and that none was', snapshot(client([grant, elsewhere])), request(), 'GW_AMBIGUOUS'],
    [
      'ignores a choice that the grants don’t allow',
      snapshot(client([grant])),
      request({ product: '?' }),
      'GW_GRANT',
    ],
    ['refuses a client that is gone', snapshot(null), request(), 'GW_TOKEN'],
    ['or suspended', snapshot(client([grant], { state: 'suspended' })), request(), 'GW_TOKEN'],
    [
      'finds no binding where there was none',
      snapshot(client([grant]), []),
      request(),
      'GW_APPLICATION_STATE',
    ],
  ] as const)('%s', (_, registry, asked, code) => {
    expect(decideAgain(registry, asked, NOW)).toMatchObject({ allowed: code === null, code });
  });

  it('looks at an organisation only where one grant leads to it', () => {
    const both = client([grant, elsewhere]);
    expect(organisationsLookedAt(both, request())).toEqual([]);
    expect(organisationsLookedAt(both, request({ odsCode: 'RCD' }))).toEqual(['RCD']);
    expect(organisationsLookedAt(undefined, request())).toEqual([]);
  });
});

describe('a past decision about a user, made again', () => {
  const signingKey: SigningKey = {
    ...{ id: 'k', kid: 'k1', kmsKeyArn: 'arn', thumbprint: 't', publishedAtMs: 0, activatedAtMs: 0 },
    publicJwk: { kty: 'RSA', n: 'n', e: 'AQAB' },
    state: 'ACTIVE',
  };
  const forUsers = { ...grant, accessMode: 'user-restricted', capability: null } as const;
  const atR69: Binding = {
    ...binding,
    application: {
      ...application,
      ...forUsers,
      interactions: new Set(['A004', 'A008']),
      signingKeys: [signingKey],
    },
  };
  const registry = (floor: 2 | 3 | null = null) => ({
    ...snapshot(client([forUsers, { ...forUsers, odsCode: 'RCD' }]), [atR69]),
    assuranceFloor: floor,
  });
  const user = { userId: '555000000001', userSessionId: 's1', aal: 3, authTimeMs: NOW - 1_000 };
  const role = { odsCode: 'R69', businessFunction: 'REFERRING_CLINICIAN' };
  const session = { product: 'ReferWell', roles: [role], choice: null };
  const ofUser = (
    asked: Partial<PastRequest['asked']> = {},
    known: PastRequest['user'] = user,
    interaction = 'A008',
  ): PastRequest => ({
    ...request({ accessMode: 'user-restricted', session, ...asked }),
    operation: CATALOGUE.find((operation) => operation.interaction === interaction)!,
    user: known,
    environmentKind: 'authenticated',
  });

  it.each<[string, PastRequest, 2 | 3 | null, string | null, string]>([
    ['allows what the session allowed', ofUser(), null, null, 'signing key'],
    ['had no usable session', ofUser({ session: null }, null), null, 'GW_USER_SESSION', 'user session'],
    ['signed in below the floor', ofUser({}, { ...user, aal: 2 }), null, 'GW_ASSURANCE', 'assurance'],
    ['signed in at a floor that was lowered', ofUser({}, { ...user, aal: 2 }), 2, null, 'signing key'],
    ['named no role of theirs', ofUser({ session: { ...session, roles: [] } }), null, 'GW_USER_ROLE', 'role'],
    [
      'had two roles and chose none',
      ofUser({
        session: { ...session, roles: [role, { ...role, businessFunction: 'SERVICE_PROVIDER_CLINICIAN' }] },
      }),
      null,
      'GW_ROLE_CHOICE',
      'role',
    ],
    [
      'named a function that they do not have',
      ofUser({ businessFunction: 'BOOKING_MANAGER' }),
      null,
      'GW_BUSINESS_FUNCTION',
      'business function',
    ],
    [
      'named somebody to act for in another role',
      ofUser({ onBehalfOfUserId: '555000000002' }),
      null,
      'GW_HEADER_FORBIDDEN',
      'on behalf of',
    ],
    ['went outside the grants', ofUser({ odsCode: '?' }), null, 'GW_GRANT', 'grant'],
  ])('%s', (_, asked, floor, code, lastStep) => {
    const { steps, ...decision } = decideAgain(registry(floor), asked, NOW);
    expect(decision).toMatchObject({ allowed: code === null, code });
    expect(steps.at(-1)).toEqual({ step: lastStep, ok: code === null });
  });

  it('shows every user step', () => {
    expect(decideAgain(registry(), ofUser(), NOW).steps.map(({ step }) => step)).toEqual([
      ...['user session', 'grant', 'organisation', 'application state', 'asid', 'assurance', 'role'],
      ...['business function', 'on behalf of', 'message set', 'signing key'],
    ]);
  });

  it('looks at the organisation that was chosen, or at those of the user’s roles', () => {
    const both = client([forUsers, { ...forUsers, odsCode: 'RCD' }]);
    expect(organisationsLookedAt(both, ofUser())).toEqual(['R69']);
    expect(organisationsLookedAt(both, ofUser({ odsCode: 'RCD' }))).toEqual(['RCD']);
    const choice = { odsCode: 'RCD', businessFunction: 'BOOKING_MANAGER', onBehalfOfUserId: null };
    expect(organisationsLookedAt(both, ofUser({ session: { ...session, choice } }))).toEqual(['RCD']);
  });

  it('shows the floor as it was', () => {
    const facts = factsLookedAt(registry(2), ofUser(), { odsCode: 'R69', binding: atR69 }, NOW);
    expect(new Map(facts).get('Lowest level of authentication')).toBe('2');
  });
});

describe('what the decision looks at', () => {
  const facts = (key: string) => {
    const bound = { ...binding, application: { ...application, apiKey: key } };
    const registry = snapshot(client([grant, elsewhere]), [bound]);
    return new Map(factsLookedAt(registry, request(), { odsCode: 'R69', binding: bound }, NOW));
  };

  it('shows only those of the client’s grants that are for the organisation', () => {
    expect(facts('x').get('Grants')).toContain('R69');
    expect(facts('x').get('Grants')).not.toContain('RCD');
  });

  it.each([
    ['whole', 'r69IntKey0123456789', '…6789'],
    ['as history has it', '…6789', '…6789'],
    ['short', 'r69IntKey', '…'],
  ])('never shows an API key, %s', (_, key, shown) => {
    expect(facts(key).get('API key')).toBe(shown);
  });
});
