/**
 * Which application each entry of a registry file means. A file names an application by its bindings. A retired
 * application is meant only by an entry that says `retired`; an entry that retires next to one that replaces it must
 * say which by ASID or APIM application id, else applying twice would retire the replacement.
 */
import {
  type ApplicationIdentity,
  type ApplicationRecord,
  type DocumentApplication,
  organisationsOf,
} from '../records/application-fields.js';
import type { RegistryFault } from './registry-fault.js';

export interface ApplicationMatches {
  /** By the index of the entry; an entry without one creates an application. */
  readonly matches: ReadonlyMap<number, ApplicationRecord>;
  readonly faults: RegistryFault[];
}

export function matchApplications(
  applications: readonly ApplicationRecord[],
  entries: readonly DocumentApplication[],
): ApplicationMatches {
  const kept = keptBindings(entries);
  const lookup: Lookup = {
    applications,
    byBinding: applicationsByBinding(applications),
    keptBindings: kept.entryByBinding,
    claims: new Map(),
  };
  const matches = new Map<number, ApplicationRecord>();
  const faults = [...kept.faults];
  // Entries that retire come first, so that a replacement finds its place free.
  for (const retires of [true, false]) {
    entries.forEach((entry, at) => {
      if ((entry.state === 'retired') !== retires) return;
      const { application, fault } = applicationMeant(entry, lookup);
      if (fault !== undefined) faults.push({ pointer: `/applications/${at}`, detail: fault });
      if (application === undefined) return;
      lookup.claims.set(application, at);
      matches.set(at, application);
    });
  }
  return { matches, faults };
}

export function identityOf(entry: DocumentApplication): ApplicationIdentity {
  const { environment, product, accessMode, capability = null } = entry;
  return { environment, product, accessMode, capability, organisations: organisationsOf(entry) };
}

interface Lookup {
  readonly applications: readonly ApplicationRecord[];
  readonly byBinding: ReadonlyMap<string, readonly ApplicationRecord[]>;
  /** Bindings that an entry of the file keeps or creates. */
  readonly keptBindings: ReadonlyMap<string, number>;
  /** Applications that an entry stands for already, with the index of that entry. */
  readonly claims: Map<ApplicationRecord, number>;
}

interface Meant {
  readonly application?: ApplicationRecord;
  readonly fault?: string;
}

function applicationMeant(entry: DocumentApplication, lookup: Lookup): Meant {
  if (entry.id !== undefined) {
    const application = lookup.applications.find(({ id }) => id === entry.id);
    return application === undefined ? { fault: `there is no application ${entry.id}` } : { application };
  }
  const retires = entry.state === 'retired';
  const bindings = bindingKeys(identityOf(entry));
  const replaced = retires && bindings.some((binding) => lookup.keptBindings.has(binding));
  if (replaced && entry.asid === undefined && entry.apimApplicationId === undefined) {
    const fault =
      'another entry replaces this application: say which one is retired by its asid or apimApplicationId';
    return { fault };
  }
  const ofBindings = new Set(bindings.flatMap((binding) => lookup.byBinding.get(binding) ?? []));
  const possible = [...ofBindings].filter(
    (application) => retires || (application.state !== 'retired' && !lookup.claims.has(application)),
  );
  const [application, ...others] = narrowByIdentifiers(possible, entry, retires);
  if (application === undefined) return {};
  if (others.length > 0) {
    const count = others.length + 1;
    return { fault: `this fits ${count} applications: say which one by its asid or apimApplicationId` };
  }
  const claimedBy = lookup.claims.get(application);
  return claimedBy === undefined
    ? { application }
    : { fault: `/applications/${claimedBy} already changes this application` };
}

/** An entry never retires an application with another identifier than the one it gives. */
function narrowByIdentifiers(
  candidates: readonly ApplicationRecord[],
  entry: DocumentApplication,
  retires: boolean,
): readonly ApplicationRecord[] {
  let left = candidates;
  for (const name of ['asid', 'apimApplicationId'] as const) {
    if (entry[name] === undefined) continue;
    const exact = left.filter((application) => application[name] === entry[name]);
    if (exact.length > 0) left = exact;
    else if (retires) left = left.filter((application) => application[name] === null);
  }
  const inService = left.filter(({ state }) => state !== 'retired');
  return inService.length > 0 ? inService : left.slice(0, 1);
}

function bindingKeys(identity: ApplicationIdentity): string[] {
  const { environment, product, accessMode, capability } = identity;
  return identity.organisations.map((odsCode) =>
    JSON.stringify([environment, odsCode, product, accessMode, capability]),
  );
}

function applicationsByBinding(applications: readonly ApplicationRecord[]): Lookup['byBinding'] {
  const byBinding = new Map<string, ApplicationRecord[]>();
  for (const application of applications) {
    for (const binding of bindingKeys(application)) {
      const known = byBinding.get(binding);
      if (known === undefined) byBinding.set(binding, [application]);
      else known.push(application);
    }
  }
  return byBinding;
}

/** The entry that keeps or creates each binding. Two entries for one binding are a fault. */
function keptBindings(entries: readonly DocumentApplication[]): {
  readonly entryByBinding: ReadonlyMap<string, number>;
  readonly faults: readonly RegistryFault[];
} {
  const entryByBinding = new Map<string, number>();
  const faults = entries.flatMap((entry, at) => {
    if (entry.state === 'retired') return [];
    return bindingKeys(identityOf(entry)).flatMap((binding): RegistryFault[] => {
      const first = entryByBinding.get(binding);
      if (first === undefined) entryByBinding.set(binding, at);
      if (first === undefined || first === at) return [];
      const detail = `a binding has one application: /applications/${first} is for the same organisation, product, environment, access mode and capability`;
      return [{ pointer: `/applications/${at}`, detail }];
    });
  });
  return { entryByBinding, faults };
}
