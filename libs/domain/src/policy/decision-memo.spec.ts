import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CATALOGUE } from '../ers/catalogue.js';
import type * as R from '../registry/registry.js';
import { decide } from './decide.js';
import { DecisionMemo } from './decision-memo.js';
import type { Decision, PolicyRequest } from './policy.js';

const DAY = '2026-06-01';
/** An hour before midnight in London, in summer. */
const START = Date.parse(`${DAY}T22:00:00Z`);
/** So many minutes from there; some are just before and after midnight in London. */
const moment = fc
  .oneof(fc.integer({ min: 0, max: 8 }), fc.constantFrom(59, 60, 61))
  .map((n) => START + n * 60_000);
const maybe = fc.option(moment, { nil: null });

const owner = fc.record({
  id: fc.constant('s1'),
  environments: fc.constantFrom(['int'], ['int', 'sandbox'], ['int'], ['prod']),
  acceptedAtMs: fc.oneof(fc.constant(0), maybe),
  withdrawnAtMs: fc.oneof(fc.constant(null), maybe),
  startsOn: fc.constantFrom(null, DAY, '2026-06-02'),
  reviewDueOn: fc.constantFrom('2026-05-31', DAY, '2026-12-01'),
  graceDays: fc.constantFrom(0, 1),
});
const exception = fc.record({
  id: fc.constant('x1'),
  interaction: fc.constantFrom('A013', 'A028'),
  useCaseReference: fc.constant('UC-1'),
  expiresAtMs: moment,
  revokedAtMs: fc.constantFrom(null, 0),
  cosignedAtMs: fc.oneof(fc.constant(0), maybe),
});
const key = {
  id: 'k1',
  kid: 'kid-1',
  kmsKeyArn: 'arn:k1',
  thumbprint: 't',
  publishedAtMs: 0,
  activatedAtMs: 0,
};
const PRODUCTS = ['ReferWell', 'BookWell'];

function organisationOf(odsCode: string) {
  const application = fc.record({
    environment: fc.constant('int'),
    state: fc.constantFrom('live', 'live', 'live', 'live', 'suspended'),
    asid: fc.constantFrom('200000002454', '200000002455'),
    interactions: fc.constantFrom(new Set(['A004', 'A028', 'A013']), new Set(['A004', 'A028'])),
    writeExceptions: fc.array(exception, { maxLength: 2 }),
  });
  const bindings = PRODUCTS.map((product) =>
    application.map((fields): R.Binding => {
      const id = `${odsCode}-${product}`;
      const publicJwk = { kty: 'RSA', n: 'n', e: 'AQAB' } as const;
      const signingKeys = [{ ...key, publicJwk, state: 'ACTIVE' } as const];
      const mode = { accessMode: 'application-restricted', capability: 'provider' } as const;
      const same = { apiKey: 'api-key', apimApplicationId: null, jwksId: 'j', messageSets: [] };
      return { id, odsCode, application: { ...same, ...mode, id, product, signingKeys, ...fields } };
    }),
  );
  return fc.record({
    odsCode: fc.constant(odsCode),
    name: fc.constant('An NHS trust'),
    state: fc.constantFrom('active', 'active', 'active', 'active', 'suspended'),
    bindings: fc.tuple(...bindings),
    sroAppointments: fc.array(owner, { minLength: 1, maxLength: 2 }),
    assuranceFloor: fc.constant(null),
  });
}

const GRANT_OF_APPLICATION = { accessMode: 'application-restricted', capability: 'provider' } as const;
const NO_USER = { accessMode: 'application-restricted', actingAs: null, userSession: null } as const;

const grant = fc.record({
  odsCode: fc.constantFrom('R69', 'RA1'),
  product: fc.constantFrom(...PRODUCTS),
  accessMode: fc.constant('application-restricted' as const),
  capability: fc.constant('provider' as const),
});
const clientOf = (id: string): fc.Arbitrary<R.Client> =>
  fc
    .uniqueArray(grant, { minLength: 2, maxLength: 4, selector: ({ odsCode, product }) => odsCode + product })
    .map((grants) => ({
      id,
      name: id,
      environment: 'int',
      state: 'active',
      grants,
      workload: null,
      rateShare: 'single',
    }));

/** Two snapshots of the same version and two clients, so that nothing but the objects tells them apart. */
const world = fc.record({
  snapshots: fc.tuple(snapshotOf(), snapshotOf()),
  clients: fc.tuple(clientOf('c1'), clientOf('c2')),
});

function snapshotOf(): fc.Arbitrary<R.Snapshot> {
  const none = { clients: new Map(), credentials: new Map(), workloads: new Map(), cis2Clients: new Map() };
  const indexes = { applicationsByJwksId: new Map(), cis2ClientsByJwksId: new Map() };
  return fc.tuple(organisationOf('R69'), organisationOf('RA1')).map((organisations) => ({
    ...{ version: 7, assuranceFloor: null, ...none, ...indexes },
    organisations: new Map(organisations.map((one) => [one.odsCode, one])),
  }));
}

const operations = CATALOGUE.filter(({ interaction }) => ['A004', 'A013', 'A028'].includes(interaction));
const BASE = { snapshot: 0, client: 0, environmentKind: 'authenticated', capability: null } as const;
/** Requests that differ in their time, and now and then in one thing more. */
const requests = fc
  .record({
    operation: fc.constantFrom(...operations),
    odsCode: fc.constantFrom('R69', 'RA1'),
    product: fc.constantFrom(...PRODUCTS),
  })
  .chain((choices) => {
    const base = { ...BASE, ...choices };
    const other = fc.constantFrom<Partial<Asked>>(
      ...[{}, {}, {}, {}, { snapshot: 1 }, { client: 1 }, { environmentKind: 'open' } as const],
      ...[{ odsCode: 'R69' }, { odsCode: 'RA1' }, { product: 'ReferWell' }, { product: 'BookWell' }],
      ...[{ capability: 'referrer' } as const, { odsCode: null }, { product: null }],
      ...operations.map((operation) => ({ operation })),
    );
    const request = fc.tuple(other, moment).map(([more, nowMs]): Asked => ({ ...base, ...more, nowMs }));
    return fc.array(request, { minLength: 5, maxLength: 30 });
  });

interface Asked extends Pick<
  PolicyRequest,
  'operation' | 'odsCode' | 'product' | 'capability' | 'environmentKind' | 'nowMs'
> {
  readonly snapshot: number;
  readonly client: number;
}

/** Those in which the application of one organisation is live. */
const allowing = snapshotOf().filter(({ organisations }) => {
  const { state, bindings = [] } = organisations.get('R69') ?? {};
  const live = bindings.find(({ application }) => application.product === 'ReferWell')?.application;
  return state === 'active' && live?.state === 'live' && live.environment === 'int';
});

it('decides as if nothing were remembered, in any order of requests, snapshots and times', () => {
  fc.assert(
    fc.property(
      world,
      requests,
      fc.boolean(),
      fc.constantFrom(1, 8_000, Infinity),
      ({ snapshots, clients }, asking, isClockSteady, maxBytes) => {
        const memo = new DecisionMemo(maxBytes);
        const inOrder = isClockSteady ? asking.toSorted((a, b) => a.nowMs - b.nowMs) : asking;
        for (const { snapshot, client, ...rest } of inOrder) {
          const asked: PolicyRequest = { ...rest, ...NO_USER, client: clients[client] ?? clients[0] };
          const registry = snapshots[snapshot] ?? snapshots[0];
          const expected = withoutLife(decide(registry, asked));
          expect(withoutLife(memo.decide(registry, asked))).toEqual(expected);
          expect(withoutLife(memo.decide(registry, asked))).toEqual(expected);
        }
      },
    ),
    { numRuns: 600 },
  );
});

/** What may be remembered is what is decided; until when it stands may be said earlier or later. */
function withoutLife(decision: Decision): object {
  return decision.ok ? { ...decision, validUntilMs: null } : { ...decision };
}

it('remembers what it allowed, and stays within its bytes', () => {
  const [operation] = operations;
  if (operation === undefined) throw new Error('no operation');
  const [snapshot] = fc.sample(allowing, { numRuns: 1, seed: 1 });
  if (snapshot === undefined) throw new Error('no snapshot');
  const memo = new DecisionMemo(50_000);
  const used: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    const grants = [{ ...GRANT_OF_APPLICATION, odsCode: 'R69', product: 'ReferWell' }];
    const client: R.Client = {
      id: `c${n}`,
      name: 'c',
      environment: 'int',
      state: 'active',
      grants,
      workload: null,
      rateShare: 'single',
    };
    const choices = { odsCode: null, product: null, capability: null, environmentKind: 'open' } as const;
    const asked: PolicyRequest = { ...NO_USER, ...choices, client, operation, nowMs: START };
    const decision = memo.decide(snapshot, asked);
    expect(decision.ok).toBe(true);
    expect(memo.decide(snapshot, asked)).toBe(decision);
    used.push(memo.usedBytes);
  }
  expect(Math.max(...used)).toBeLessThanOrEqual(50_000);
  expect(Math.max(...used)).toBeGreaterThan(40_000);
});
