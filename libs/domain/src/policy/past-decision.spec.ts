import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../ers/catalogue.js';
import { decideAgain, factsLookedAt, organisationsLookedAt, type PastRequest } from './past-decision.js';
import type { Application, Binding, Client, Grant, Snapshot } from '../registry/registry.js';

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
  ...{ id: 'c1', name: 'sync', environment: 'int', state: 'active', workload: null },
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
