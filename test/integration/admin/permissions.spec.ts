/** Checks every role against every route, and what people with a role for some organisations can't reach. */
import { type RouteContract, type RouteName, routes } from '@gatehouse/contracts/routes';
import { PERMISSIONS, STAFF_ROLES, type StaffRole } from '@gatehouse/domain/governance/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_FULL_SIZE } from '../../support/size.ts';
import { type SignedIn, signIn } from '../../support/staff.ts';
import {
  type Answer,
  type AdminApi,
  pathOf,
  r69,
  smallDocument,
  borrowAdmin,
} from '../../support/admin-api.ts';

let admin: AdminApi;
let limited: SignedIn;
/** One of each role, and one without any. */
const people = new Map<StaffRole | null, SignedIn>();
beforeAll(async () => {
  admin = await borrowAdmin();
  const applied = await admin.call('POST', '/api/v1/registry/apply', { document: smallDocument });
  expect(applied.status).toBe(200);
  const only = (role: (typeof STAFF_ROLES)[number]) => ({ role, odsCodes: ['RCD'] });
  limited = await signIn(admin.db, 'Lena', STAFF_ROLES.map(only), admin.clock.ms);
  for (const role of [...STAFF_ROLES, null]) people.set(role, await newPerson(role));
});
afterAll(() => admin.close());

const newPerson = (role: StaffRole | null) =>
  signIn(admin.db, role ?? 'Nobody', role === null ? [] : [role], admin.clock.ms);

const all = Object.entries(routes) as [RouteName, RouteContract][];

function callRoute(
  person: SignedIn,
  route: RouteContract,
  params = {},
  query = {},
  body?: unknown,
): Promise<Answer> {
  const sent = route.body === undefined ? undefined : (body ?? { unknown: 'field' });
  return admin.call(route.method, pathOf(route, params, query), sent, '', person.headers);
}

/** A stream goes on as long as the caller reads it, so an unknown query parameter makes it fail immediately. */
const unknownQuery = (route: RouteContract) => (route.method === 'GET' ? { unknown: 'x' } : {});

/** Signs the person of a role in again where an earlier call has ended the session. */
async function callAs(role: StaffRole, route: RouteContract): Promise<Answer> {
  const answer = await callRoute(people.get(role)!, route, {}, unknownQuery(route));
  if (answer.status !== 401) return answer;
  people.set(role, await newPerson(role));
  return callRoute(people.get(role)!, route, {}, unknownQuery(route));
}

describe('what each role may do', () => {
  const permissions = new Set<string>();
  /**
   * `npm run assure` tries every role on every route. Here that is done on the first route of each permission, and the
   * others are tried by a role that may and by one that may not.
   */
  const cells = all.flatMap(([name, route], at) => {
    const allowed: readonly StaffRole[] = PERMISSIONS[route.permission].roles;
    const refused = STAFF_ROLES.filter((role) => !allowed.includes(role));
    const isWhole = IS_FULL_SIZE || !permissions.has(route.permission);
    permissions.add(route.permission);
    const tried = (roles: readonly StaffRole[]) =>
      roles.filter((_, index) => isWhole || index === at % roles.length);
    return [
      ...tried(allowed).map((role) => ({ name, role, allowed: true })),
      ...tried(refused).map((role) => ({ name, role, allowed: false })),
    ];
  });

  it.each(cells)('$role, $name: $allowed', async ({ name, role, allowed }) => {
    const { status, body } = await callAs(role, routes[name]);
    if (allowed) expect([200, 400, 404, 409]).toContain(status);
    else {
      expect(status).toBe(403);
      expect(body).toMatchObject({ type: 'urn:gatehouse:problem:missing-role' });
      expect(body.detail).toContain(role);
    }
  });

  it.each(all.map(([name]) => name))('without a role, %s is refused', async (name) => {
    expect((await callRoute(people.get(null)!, routes[name])).status).toBe(403);
  });
});

describe('a role for some organisations', () => {
  const unlimited = all.filter(([, route]) => route.keepsToReach !== true).map(([name]) => name);

  it.each(unlimited)('is refused %s, which is not limited to them', async (name) => {
    const { status, body } = await callRoute(limited, routes[name], {}, unknownQuery(routes[name]));
    expect(status).toBe(403);
    expect(body).toMatchObject({ type: 'urn:gatehouse:problem:forbidden' });
  });

  it('sees its own organisations in lists, and records of several organisations only if it has all of them', async () => {
    const items = async (name: RouteName) => (await callRoute(limited, routes[name])).body.items;
    expect((await items('organisationsList')).map(({ odsCode }: { odsCode: string }) => odsCode)).toEqual([
      'RCD',
    ]);
    for (const name of ['applicationsList', 'clientsList', 'keyList', 'exceptionList'] as const) {
      expect(await items(name), name).toEqual([]);
    }
    for (const [name, own, all] of [
      ['organisationsTotal', 1, 2],
      ['applicationsTotal', 0, 2],
      ['clientsTotal', 0, 1],
    ] as const) {
      expect((await callRoute(limited, routes[name])).body.total, name).toBe(own);
      expect((await admin.ok(name)).total, name).toBe(all);
    }
    expect((await admin.ok('applicationsList')).items).toHaveLength(2);
    expect((await admin.ok('clientsList')).items).toHaveLength(1);
  });

  it('reveals nothing about other organisations in any answer', async () => {
    const { kid } = await admin.ok('keyCreate', { body: r69 });
    const client = { environment: 'int', client: 'worklist-sync' };
    const { keyId } = await admin.ok('clientKeyIssue', { params: client, body: {} });
    const before = await admin.db.registryHead.findFirst();
    const { accessMode: _, ...choice } = r69;
    const { capability: _none, ...withoutCapability } = r69;
    const exception = { interaction: 'A028', useCaseReference: 'UC-1', expiresOn: '2026-06-01' };
    const calls: [RouteName, object, object, object?][] = [
      ['doctor', {}, r69],
      // Its own organisation together with another.
      ['doctor', {}, { ...withoutCapability, organisation: 'RCD', accessMode: 'user-restricted' }],
      ['keyCreate', {}, {}, r69],
      ...(['keyPublish', 'keyActivate', 'keyRetire', 'keyRemove'] as const).map(
        (name): [RouteName, object, object, object] => [name, { kid }, {}, {}],
      ),
      ['clientKeyIssue', client, {}, {}],
      ['clientKeyRevoke', { keyId }, {}, {}],
      ['exceptionGrant', {}, {}, { ...choice, ...exception }],
      ['assuranceSet', {}, {}, { organisation: 'R69', minimumLevel: 3 }],
    ];
    for (const [name, params, query, body] of calls) {
      const { status, text } = await callRoute(limited, routes[name], params, query, body);
      expect(status, `${name}: ${text}`).toBe(404);
    }
    expect((await callRoute(limited, routes.assuranceSet, {}, {}, { minimumLevel: 3 })).status).toBe(403);
    expect(await admin.db.registryHead.findFirst()).toEqual(before);
  });
});
