import type { AsidPlanRequest } from '@gatehouse/contracts/registry/planner-resources';
import type { Database } from '@gatehouse/db/client';
import {
  countStates,
  planAsids,
  type RegisteredApplication,
  type WantedBinding,
} from '@gatehouse/domain/registry/asid-plan';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { applicationIdentity } from '../../adapters/registry/application-rows.js';
import { grantRecord } from '../../adapters/registry/client-rows.js';
import { ownedWithin } from '../registry/applications.store.js';
import type { AdminDeps } from '../deps.js';
import { pageOf } from '../http/paging.js';
import { withoutLimit } from '../http/principal.js';

/** @throws AdminProblem forbidden, if somebody with some organisations asks for a layout that spans all */
export async function showAsidPlan(
  { db, environments }: Pick<AdminDeps, 'db' | 'environments'>,
  request: AsidPlanRequest,
  reach: Reach,
) {
  if (request.layout === 'shared') withoutLimit(reach, 'A shared ASID');
  const products = (await db.product.findMany({ where: { state: 'active' }, orderBy: { name: 'asc' } })).map(
    ({ name }) => name,
  );
  const scope = { ...request, environments: request.environments ?? [...environments.keys()] };
  const organisations = await organisationsOf(db, scope, reach);
  const organisationNames = new Map(organisations.map(({ odsCode, name }) => [odsCode, name]));
  const rows = planAsids({
    layout: request.layout,
    wanted:
      request.wanted === 'grants'
        ? await grantedOf(db, scope, organisationNames)
        : combinationsOf({ ...scope, products: scope.products ?? products }, organisationNames),
    applications: await registeredOf(db, scope, reach),
    open: new Set([...environments].filter(([, { kind }]) => kind === 'open').map(([name]) => name)),
    organisationNames,
  });
  const shown = rows
    .filter(({ state }) => request.state === undefined || state === request.state)
    .filter(({ key }) => request.after === undefined || key > request.after);
  const page = pageOf(
    shown,
    request.limit,
    ({ key }) => key,
    (row) => ({ ...row, organisations: [...row.organisations], applications: [...row.applications] }),
  );
  return { counts: countStates(rows), ...page, products, environments: [...environments.keys()] };
}

type Scope = AsidPlanRequest & { readonly environments: readonly string[] };

/** A suspended organisation still needs its applications; a retired one none. */
function organisationsOf(db: Database, { organisations }: Scope, reach: Reach) {
  return db.organisation.findMany({
    where: {
      state: { not: 'retired' },
      ...(organisations === undefined ? {} : { odsCode: { in: organisations } }),
      ...(reach === 'all' ? {} : { AND: { odsCode: { in: [...reach] } } }),
    },
    orderBy: { odsCode: 'asc' },
  });
}

/** What the grants of clients that are not retired need. */
async function grantedOf(
  db: Database,
  scope: Scope,
  organisations: ReadonlyMap<string, string>,
): Promise<WantedBinding[]> {
  const grants = await db.clientGrant.findMany({
    where: {
      client: { state: { not: 'retired' }, environmentName: { in: [...scope.environments] } },
      ...(scope.products === undefined ? {} : { productName: { in: scope.products } }),
    },
    include: { client: { select: { environmentName: true } } },
  });
  return grants
    .map((row) => {
      const { organisation: odsCode, ...grant } = grantRecord(row);
      return { environment: row.client.environmentName, odsCode, ...grant };
    })
    .filter((wanted) => organisations.has(wanted.odsCode) && chosen(wanted, scope));
}

function combinationsOf(
  scope: Scope & { readonly products: readonly string[] },
  organisations: ReadonlyMap<string, string>,
): WantedBinding[] {
  const access: Pick<WantedBinding, 'accessMode' | 'capability'>[] = [
    { accessMode: 'user-restricted', capability: null },
    { accessMode: 'application-restricted', capability: 'referrer' },
    { accessMode: 'application-restricted', capability: 'provider' },
  ];
  return scope.environments.flatMap((environment) =>
    scope.products.flatMap((product) =>
      [...organisations.keys()].flatMap((odsCode) =>
        access
          .filter((each) => chosen(each, scope))
          .map((each) => ({ environment, product, odsCode, ...each })),
      ),
    ),
  );
}

/** User-restricted access has no capability: choosing one leaves it in. */
function chosen(
  { accessMode, capability }: Pick<WantedBinding, 'accessMode' | 'capability'>,
  { accessModes, capabilities }: Scope,
): boolean {
  const mode = accessModes === undefined || accessModes.includes(accessMode);
  return mode && (capability === null || capabilities === undefined || capabilities.includes(capability));
}

async function registeredOf(db: Database, scope: Scope, reach: Reach): Promise<RegisteredApplication[]> {
  const rows = await db.application.findMany({
    where: {
      state: { not: 'retired' },
      environmentName: { in: [...scope.environments] },
      ...(scope.products === undefined ? {} : { productName: { in: scope.products } }),
      ...(scope.organisations === undefined
        ? {}
        : { bindings: { some: { odsCode: { in: scope.organisations } } } }),
      AND: ownedWithin(reach),
    },
    include: { bindings: { select: { odsCode: true }, orderBy: { odsCode: 'asc' } } },
    orderBy: { id: 'asc' },
  });
  return rows
    .map((row) => ({
      ...applicationIdentity(row),
      id: row.id,
      state: row.state as RegisteredApplication['state'],
      asid: row.asid,
      hasApiKey: row.apiKey !== null,
    }))
    .filter((application) => chosen(application, scope));
}
