/** The rules for applications in a registry file, each broken one a fault with its place. */
import {
  applicationKey,
  type ApplicationRecord,
  type DocumentApplication,
  organisationsOf,
} from '../records/application-fields.js';
import type { CurrentRegistry } from '../records/registry-records.js';
import type { Planned } from './registry-change.js';
import { nameFaults, type RegistryFault, repeatFaults, takenFaults, unknownName } from './registry-fault.js';

type Fault = (at: string, detail: string) => void;

/** @param record what the entry would make of the application */
export function entryFaults(
  pointer: string,
  entry: DocumentApplication,
  record: ApplicationRecord,
  current: CurrentRegistry,
): RegistryFault[] {
  const faults: RegistryFault[] = [];
  const fault: Fault = (at, detail) => faults.push({ pointer: `${pointer}${at}`, detail });
  if (entry.organisation !== undefined && entry.organisations !== undefined) {
    fault('/organisation', 'write organisation or organisations, not both');
  }
  if (record.organisations.length === 0) fault('', 'organisation is missing');
  faults.push(...unknownNames(pointer, entry, current));
  accessFaults(fault, entry, record);
  if (record.asid === null && record.asidSharedWith.length > 0) {
    fault('/asidSharedWith', 'there is no ASID yet that could be shared');
  }
  if (record.state === 'retired') return faults;
  retiredOwnerFaults(fault, entry, current);
  if (record.state === 'live' && current.environments.get(entry.environment) === 'authenticated') {
    if (record.asid === null) fault('/state', 'a live application needs its asid, which NHS England issues');
    if (record.apiKey === null)
      fault('/state', 'a live application needs its apiKey, which API Management issues');
  }
  return faults;
}

function unknownNames(
  pointer: string,
  entry: DocumentApplication,
  { organisations, products, environments, messageSets }: CurrentRegistry,
): RegistryFault[] {
  const faults: RegistryFault[] = [];
  if (entry.organisations !== undefined) {
    faults.push(
      ...nameFaults(`${pointer}/organisations`, entry.organisations, organisations, 'organisation'),
    );
  }
  for (const [field, name, known] of [
    ['organisation', entry.organisations === undefined ? entry.organisation : undefined, organisations],
    ['product', entry.product, products],
    ['environment', entry.environment, environments],
  ] as const) {
    if (name === undefined || known.has(name)) continue;
    faults.push({ pointer: `${pointer}/${field}`, detail: unknownName(field, name) });
  }
  return [
    ...faults,
    ...nameFaults(`${pointer}/messageSets`, entry.messageSets ?? [], messageSets, 'message set'),
  ];
}

/** What belongs to one access mode only. */
function accessFaults(fault: Fault, entry: DocumentApplication, record: ApplicationRecord): void {
  if (record.accessMode === 'user-restricted') {
    if (record.capability !== null) {
      fault('/capability', 'user-restricted access has no capability: the user’s role decides');
    }
    return;
  }
  if (record.capability === null) {
    fault('', 'application-restricted access needs a capability: referrer or provider');
  }
  if (record.organisations.length > 1) {
    fault('/organisations', 'an application-restricted application acts for exactly one organisation');
  }
  if (entry.apiSecret !== undefined) fault('/apiSecret', 'an API secret is for user-restricted access only');
}

function retiredOwnerFaults(fault: Fault, entry: DocumentApplication, current: CurrentRegistry): void {
  organisationsOf(entry).forEach((odsCode, at) => {
    if (current.organisations.get(odsCode)?.state !== 'retired') return;
    const field = entry.organisations === undefined ? '/organisation' : `/organisations/${at}`;
    fault(field, `organisation ${odsCode} is retired`);
  });
  if (current.products.get(entry.product)?.state === 'retired')
    fault('/product', `product ${entry.product} is retired`);
}

/** Identifiers that belong to one application. */
const IDENTIFIERS = [
  ['asid', 'ASID'],
  ['apiKey', 'API key'],
  ['apimApplicationId', 'APIM application id'],
] as const;

/** An identifier belongs to one application, in the file and beside the applications there are already. */
export function sharedIdentifierFaults(
  planned: readonly Planned<ApplicationRecord>[],
  current: readonly ApplicationRecord[],
): RegistryFault[] {
  const records = planned.map(({ record }) => record);
  const planning = new Set(records.map(({ id }) => id));
  const others = current.filter(({ id }) => !planning.has(id));
  return IDENTIFIERS.flatMap(([field, name]) => {
    // An application that is retired before it exists is never made.
    const identifierOf = (record: ApplicationRecord): string | null =>
      record.state === 'retired' && record.id === null ? null : record[field];
    const detail = (owner: string) =>
      `this ${name} is already that of ${owner}; every application has its own`;
    const unique = { list: '/applications', field, keyOf: identifierOf };
    return [
      ...repeatFaults(records, { ...unique, detail }),
      ...takenFaults(records, others, unique, (owner) => ({
        detail: detail(applicationKey(owner)),
        names: owner.organisations,
      })),
    ];
  });
}
