/** Clients of a registry file. */
import { applicationKey } from './registry-plan-applications.js';
import { faultRepeats, field, plan } from './registry-change.js';
import type { Planned, PlannedField, RegistryFault } from './registry-change.js';
import { clientKey } from './registry-document.js';
import type { ClientRecord, CurrentRegistry, DocumentClient } from './registry-document.js';
import { workloadKey } from './registry.js';

const FIELDS: readonly PlannedField<ClientRecord>[] = [
  {
    name: 'grants',
    value: ({ grants, environment }) =>
      grants.map((grant) => applicationKey({ ...grant, environment, organisations: [grant.organisation] })),
  },
  field('returnTargets', 'returnTargets'),
  {
    name: 'workload',
    value: ({ workload }) =>
      workload === null ? null : JSON.stringify([workload.issuer, workload.audience, workload.subject]),
  },
  field('state', 'state'),
];

export function planClients(
  current: CurrentRegistry,
  entries: readonly DocumentClient[],
  faults: RegistryFault[],
): Planned<ClientRecord>[] {
  faultRepeats(faults, '/clients', entries, clientKey, 'name');
  faultRepeats(
    faults,
    '/clients',
    entries,
    ({ workload }) => (workload === undefined ? null : workloadKey(workload.issuer, workload.subject)),
    'workload',
    (first) => `this issuer and subject already stand for the client of /clients/${first}`,
  );
  return entries.map((entry, at) => {
    faultClient(faults, `/clients/${at}`, entry, current);
    const key = clientKey(entry);
    const before = current.clients.get(key) ?? null;
    return plan('client', key, before, recordOf(entry, before), FIELDS);
  });
}

function recordOf(entry: DocumentClient, before: ClientRecord | null): ClientRecord {
  return {
    id: before?.id ?? null,
    name: entry.name,
    environment: entry.environment,
    grants:
      entry.grants?.map(({ organisation, product, accessMode, capability = null }) => ({
        organisation,
        product,
        accessMode,
        capability,
      })) ??
      before?.grants ??
      [],
    returnTargets: entry.returnTargets ?? before?.returnTargets ?? [],
    workload: entry.workload ?? before?.workload ?? null,
    state: entry.state ?? before?.state ?? 'active',
  };
}

function faultClient(
  faults: RegistryFault[],
  pointer: string,
  entry: DocumentClient,
  current: CurrentRegistry,
): void {
  const fault = (at: string, detail: string) => faults.push({ pointer: `${pointer}${at}`, detail });
  if (!current.environments.has(entry.environment)) {
    fault('/environment', `there is no environment ${entry.environment}`);
  }
  const seen = new Set<string>();
  entry.grants?.forEach((grant, at) => {
    const place = `/grants/${at}`;
    if (!current.organisations.has(grant.organisation)) {
      fault(`${place}/organisation`, `there is no organisation ${grant.organisation}`);
    }
    if (!current.products.has(grant.product))
      fault(`${place}/product`, `there is no product ${grant.product}`);
    if (grant.accessMode === 'application-restricted' && grant.capability === undefined) {
      fault(place, 'application-restricted access needs a capability: referrer or provider');
    }
    if (grant.accessMode === 'user-restricted' && grant.capability !== undefined) {
      fault(`${place}/capability`, 'user-restricted access has no capability: the user’s role decides');
    }
    const key = JSON.stringify([
      grant.organisation,
      grant.product,
      grant.accessMode,
      grant.capability ?? null,
    ]);
    if (seen.has(key)) fault(place, 'this grant is in the list twice');
    seen.add(key);
  });
  entry.returnTargets?.forEach((target, at, all) => {
    if (all.indexOf(target) !== at) fault(`/returnTargets/${at}`, 'this target is in the list twice');
  });
}
