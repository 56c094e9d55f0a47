/** Clients of a registry file. */
import {
  CLIENT_FIELDS,
  clientKey,
  type ClientRecord,
  type DocumentClient,
  type DocumentGrant,
  grantKey,
} from '../records/client-fields.js';
import type { DigestSecret } from '../records/field-kinds.js';
import { recordFrom } from '../records/record-fields.js';
import type { CurrentRegistry } from '../records/registry-records.js';
import { workloadKey } from '../registry.js';
import { type Planned, planRecord } from './registry-change.js';
import { type RegistryFault, repeatFaults, unknownName } from './registry-fault.js';

export function planClients(
  current: CurrentRegistry,
  entries: readonly DocumentClient[],
  digestSecret: DigestSecret,
): { readonly planned: Planned<ClientRecord>[]; readonly faults: RegistryFault[] } {
  const planned = entries.map((entry) => {
    const key = clientKey(entry);
    const before = current.clients.get(key) ?? null;
    const record = recordFrom(CLIENT_FIELDS, entry, before, digestSecret);
    const place = { kind: 'client', key, fields: CLIENT_FIELDS } as const;
    return planRecord<typeof CLIENT_FIELDS, ClientRecord>(place, before, {
      ...record,
      id: before?.id ?? null,
    });
  });
  const faults = [
    ...repeatFaults(entries, { list: '/clients', field: 'name', keyOf: clientKey }),
    ...repeatFaults(entries, {
      list: '/clients',
      field: 'workload',
      keyOf: ({ workload }) =>
        workload === undefined || workload === null ? null : workloadKey(workload.issuer, workload.subject),
      detail: (first) => `the client of ${first} has this issuer and subject already`,
    }),
    ...entries.flatMap((entry, at) => clientFaults(`/clients/${at}`, entry, current)),
  ];
  return { planned, faults };
}

function clientFaults(pointer: string, entry: DocumentClient, current: CurrentRegistry): RegistryFault[] {
  const faults: RegistryFault[] = [];
  const fault = (at: string, detail: string) => faults.push({ pointer: `${pointer}${at}`, detail });
  if (!current.environments.has(entry.environment)) {
    fault('/environment', unknownName('environment', entry.environment));
  }
  const seen = new Set<string>();
  entry.grants?.forEach((grant, at) => {
    const place = `/grants/${at}`;
    for (const [field, detail] of grantFaults(grant, current)) fault(`${place}${field}`, detail);
    const key = grantKey({ ...grant, capability: grant.capability ?? null });
    if (seen.has(key)) fault(place, 'this grant is in the list twice');
    seen.add(key);
  });
  const targets = new Set<string>();
  entry.returnTargets?.forEach((target, at) => {
    if (targets.has(target)) fault(`/returnTargets/${at}`, 'this target is in the list twice');
    if (entry.environment === 'prod' && target.startsWith('http:'))
      fault(`/returnTargets/${at}`, 'in prod a return target is an https URL, on localhost too');
    targets.add(target);
  });
  return faults;
}

function grantFaults(
  { organisation, product, accessMode, capability }: DocumentGrant,
  current: CurrentRegistry,
): (readonly [field: string, detail: string])[] {
  const faults: [string, string][] = [];
  if (!current.organisations.has(organisation)) {
    faults.push(['/organisation', unknownName('organisation', organisation)]);
  }
  if (!current.products.has(product)) faults.push(['/product', unknownName('product', product)]);
  if (accessMode === 'application-restricted' && capability === undefined) {
    faults.push(['', 'application-restricted access needs a capability: referrer or provider']);
  }
  if (accessMode === 'user-restricted' && capability !== undefined) {
    faults.push(['/capability', 'user-restricted access has no capability: the user’s role decides']);
  }
  return faults;
}
