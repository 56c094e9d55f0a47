/** Applications of a registry file: which one each entry means, and the rules that hold across them. */
import { HIDDEN, maskApiKey } from '../input/masking.js';
import { faultRepeats, faultUnknown, field, plan } from './registry-change.js';
import type { ChangeValue, Planned, PlannedField, RegistryFault } from './registry-change.js';
import type { ApplicationRecord, CurrentRegistry, DocumentApplication } from './registry-document.js';

type Identity = Pick<
  ApplicationRecord,
  'environment' | 'product' | 'accessMode' | 'capability' | 'organisations'
>;

const FIELDS: readonly PlannedField<ApplicationRecord>[] = [
  field('organisations', 'organisations'),
  field('asid', 'asid'),
  field('asidSharedWith', 'asidSharedWith'),
  { name: 'apiKey', value: (record) => record.apiKey, show: (key) => maskApiKey(String(key)) },
  { name: 'apiSecret', value: (record) => record.apiSecretDigest, show: () => HIDDEN },
  field('apimApplicationId', 'apimApplicationId'),
  { name: 'cis2', value: ({ cis2 }) => (cis2 === null ? null : `${cis2.clientId} (${cis2.auth})`) },
  field('messageSets', 'messageSets'),
  field('state', 'state'),
];

export function planApplications(
  current: CurrentRegistry,
  entries: readonly DocumentApplication[],
  faults: RegistryFault[],
  digestSecret: (secret: string) => string,
): Planned<ApplicationRecord>[] {
  const matches = matchAll(current.applications, entries, faults);
  const planned = entries.map((entry, at): Planned<ApplicationRecord> => {
    const before = matches.get(at) ?? null;
    const record = recordOf(entry, before, digestSecret);
    faultEntry(faults, `/applications/${at}`, entry, record, current);
    const { change } = plan('application', applicationKey(record), before, record, FIELDS);
    const nothingToRetire = before === null && record.state === 'retired';
    return { change: nothingToRetire ? { ...change, action: 'unchanged', fields: [] } : change, record };
  });
  faultSharedIdentifiers(faults, planned, current.applications);
  return planned;
}

/** How people read a binding: `int / R69 / ReferWell / application-restricted / provider`. */
export function applicationKey(of: Identity): string {
  const organisations = of.organisations.join('+');
  return [of.environment, organisations, of.product, of.accessMode, of.capability]
    .filter((part) => part !== null)
    .join(' / ');
}

function organisationsOf(entry: DocumentApplication): readonly string[] {
  return entry.organisations ?? (entry.organisation === undefined ? [] : [entry.organisation]);
}

function bindingsOf(of: Identity): string[] {
  return of.organisations.map((odsCode) =>
    JSON.stringify([of.environment, odsCode, of.product, of.accessMode, of.capability]),
  );
}

function identityOf(entry: DocumentApplication): Identity {
  const { environment, product, accessMode } = entry;
  return {
    environment,
    product,
    accessMode,
    capability: entry.capability ?? null,
    organisations: organisationsOf(entry),
  };
}

/** Bindings that an entry of the file keeps or creates, with the entry; two for one binding are a fault. */
function standingBindings(
  entries: readonly DocumentApplication[],
  faults: RegistryFault[],
): ReadonlyMap<string, number> {
  const standing = new Map<string, number>();
  entries.forEach((entry, at) => {
    if (entry.state === 'retired') return;
    for (const binding of bindingsOf(identityOf(entry))) {
      const first = standing.get(binding);
      if (first === undefined) standing.set(binding, at);
      else if (first !== at) {
        faults.push({
          pointer: `/applications/${at}`,
          detail: `a binding has one application: /applications/${first} is for the same organisation, product, environment, access mode and capability`,
        });
      }
    }
  });
  return standing;
}

/**
 * The application each entry means, by binding. A retired application is meant only by an entry that says
 * `retired`; an entry that retires next to one that replaces it must say which by ASID or APIM application id,
 * else applying twice would retire the replacement.
 */
function matchAll(
  applications: readonly ApplicationRecord[],
  entries: readonly DocumentApplication[],
  faults: RegistryFault[],
): ReadonlyMap<number, ApplicationRecord> {
  const byBinding = Map.groupBy(
    applications.flatMap((application) =>
      bindingsOf(application).map((binding) => ({ binding, application })),
    ),
    ({ binding }) => binding,
  );
  const standing = standingBindings(entries, faults);
  const matches = new Map<number, ApplicationRecord>();
  const claims = new Map<ApplicationRecord, number>();
  const match = (entry: DocumentApplication, at: number): void => {
    const fault = (detail: string) => faults.push({ pointer: `/applications/${at}`, detail });
    const retires = entry.state === 'retired';
    const bindings = bindingsOf(identityOf(entry));
    if (entry.id !== undefined) {
      const meant = applications.find(({ id }) => id === entry.id);
      if (meant === undefined) fault(`there is no application ${entry.id}`);
      else {
        claims.set(meant, at);
        matches.set(at, meant);
      }
      return;
    }
    const replaced = retires && bindings.some((binding) => standing.has(binding));
    if (replaced && entry.asid === undefined && entry.apimApplicationId === undefined) {
      fault(
        'another entry replaces this application: say which one is retired by its asid or apimApplicationId',
      );
      return;
    }
    const same = new Set(
      bindings.flatMap((binding) => byBinding.get(binding) ?? []).map((hit) => hit.application),
    );
    const possible = [...same].filter((one) => retires || (one.state !== 'retired' && !claims.has(one)));
    const [chosen, ...others] = narrow(possible, entry, retires);
    if (chosen === undefined) return;
    const claimed = claims.get(chosen);
    if (others.length > 0) {
      fault(`this fits ${others.length + 1} applications: say which one by its asid or apimApplicationId`);
    } else if (claimed !== undefined) fault(`/applications/${claimed} already changes this application`);
    else {
      claims.set(chosen, at);
      matches.set(at, chosen);
    }
  };
  // First what retires, so that a replacement finds its place free.
  for (const retires of [true, false]) {
    entries.forEach((entry, at) => {
      if ((entry.state === 'retired') === retires) match(entry, at);
    });
  }
  return matches;
}

/** Retiring never falls on an application with another identifier than the one that was said. */
function narrow(
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
  const standing = left.filter(({ state }) => state !== 'retired');
  return standing.length > 0 ? standing : left.slice(0, 1);
}

function recordOf(
  entry: DocumentApplication,
  before: ApplicationRecord | null,
  digestSecret: (secret: string) => string,
): ApplicationRecord {
  const identity = identityOf(entry);
  const digest = entry.apiSecret === undefined ? null : digestSecret(entry.apiSecret);
  return {
    ...identity,
    id: before?.id ?? null,
    asid: entry.asid ?? before?.asid ?? null,
    asidSharedWith: entry.asidSharedWith ?? before?.asidSharedWith ?? [],
    apiKey: entry.apiKey ?? before?.apiKey ?? null,
    apiSecretDigest: digest ?? before?.apiSecretDigest ?? null,
    newApiSecret: digest === before?.apiSecretDigest ? null : (entry.apiSecret ?? null),
    apimApplicationId: entry.apimApplicationId ?? before?.apimApplicationId ?? null,
    cis2: entry.cis2 ?? before?.cis2 ?? null,
    messageSets: entry.messageSets ?? before?.messageSets ?? [],
    state: entry.state ?? before?.state ?? 'draft',
  };
}

function faultEntry(
  faults: RegistryFault[],
  pointer: string,
  entry: DocumentApplication,
  record: ApplicationRecord,
  current: CurrentRegistry,
): void {
  const fault = (at: string, detail: string) => faults.push({ pointer: `${pointer}${at}`, detail });
  if (entry.organisation !== undefined && entry.organisations !== undefined) {
    fault('/organisation', 'write organisation or organisations, not both');
  }
  if (record.organisations.length === 0) fault('', 'organisation is missing');
  if (entry.organisations !== undefined) {
    faultUnknown(
      faults,
      `${pointer}/organisations`,
      entry.organisations,
      current.organisations,
      'organisation',
    );
  } else if (entry.organisation !== undefined && !current.organisations.has(entry.organisation)) {
    fault('/organisation', `there is no organisation ${entry.organisation}`);
  }
  if (!current.products.has(entry.product)) fault('/product', `there is no product ${entry.product}`);
  const environment = current.environments.get(entry.environment);
  if (environment === undefined) fault('/environment', `there is no environment ${entry.environment}`);
  faultUnknown(faults, `${pointer}/messageSets`, entry.messageSets ?? [], current.messageSets, 'message set');
  if (record.accessMode === 'application-restricted') {
    if (record.capability === null)
      fault('', 'application-restricted access needs a capability: referrer or provider');
    if (record.organisations.length > 1) {
      fault('/organisations', 'an application-restricted application acts for exactly one organisation');
    }
    if (record.cis2 !== null) fault('/cis2', 'cis2 is for user-restricted access only');
    if (entry.apiSecret !== undefined)
      fault('/apiSecret', 'an API secret is for user-restricted access only');
  } else if (record.capability !== null) {
    fault('/capability', 'user-restricted access has no capability: the user’s role decides');
  }
  if (record.asid === null && record.asidSharedWith.length > 0) {
    fault('/asidSharedWith', 'there is no ASID yet that could be shared');
  }
  if (record.state === 'retired') return;
  faultRetired(fault, entry, current);
  if (record.state === 'live' && environment === 'authenticated') {
    if (record.asid === null) fault('/state', 'a live application needs its asid, which NHS England issues');
    if (record.apiKey === null)
      fault('/state', 'a live application needs its apiKey, which API Management issues');
  }
}

function faultRetired(
  fault: (at: string, detail: string) => void,
  entry: DocumentApplication,
  current: CurrentRegistry,
): void {
  organisationsOf(entry).forEach((odsCode, at) => {
    if (current.organisations.get(odsCode)?.state !== 'retired') return;
    fault(
      entry.organisations === undefined ? '/organisation' : `/organisations/${at}`,
      `organisation ${odsCode} is retired`,
    );
  });
  if (current.products.get(entry.product)?.state === 'retired')
    fault('/product', `product ${entry.product} is retired`);
}

/** An ASID, API key or APIM application id belongs to one application, in the file and with what is there already. */
function faultSharedIdentifiers(
  faults: RegistryFault[],
  planned: readonly Planned<ApplicationRecord>[],
  current: readonly ApplicationRecord[],
): void {
  const records = planned.map(({ record }) => record);
  const touched = new Set(records.map(({ id }) => id));
  const names: Readonly<Record<string, string>> = {
    asid: 'ASID',
    apiKey: 'API key',
    apimApplicationId: 'APIM application id',
  };
  for (const name of ['asid', 'apiKey', 'apimApplicationId'] as const) {
    const holds = (record: ApplicationRecord): ChangeValue & (string | null) =>
      record.state === 'retired' && record.id === null ? null : record[name];
    faultRepeats(
      faults,
      '/applications',
      records,
      holds,
      name,
      (first) =>
        `this ${names[name]} is already that of /applications/${first}; every application has its own`,
    );
    const held = new Map<string, ApplicationRecord>();
    for (const record of current) {
      const value = record[name];
      if (value !== null && !touched.has(record.id)) held.set(value, record);
    }
    records.forEach((record, at) => {
      const value = holds(record);
      const other = value === null ? undefined : held.get(value);
      if (other === undefined || other.id === record.id) return;
      faults.push({
        pointer: `/applications/${at}/${name}`,
        detail: `this ${names[name]} is already that of ${applicationKey(other)}; every application has its own`,
        names: other.organisations,
      });
    });
  }
}
