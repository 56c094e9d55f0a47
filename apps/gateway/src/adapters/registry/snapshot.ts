/** Makes snapshots: the first one whole, each next one by replacing what changed. No IO; nothing is ever mutated. */
import {
  workloadKey,
  type Application,
  type Cis2Client,
  type Client,
  type Organisation,
  type SigningKey,
  type Snapshot,
} from '@gatehouse/domain/registry/registry';
import { cis2ClientKey } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { ShardedMap } from './sharded-map.js';
import {
  ALL_ORGANISATIONS,
  type ApplicationRow,
  type ClientRow,
  type RegistryRows,
  type Scope,
  type SigningKeyRow,
  type WriteExceptionRow,
} from './rows.js';

/** A snapshot whose maps can be succeeded. */
type Sharded<T> = {
  readonly [K in keyof T]: T[K] extends ReadonlyMap<string, infer V> ? ShardedMap<V> : T[K];
};

/** A snapshot and what only its successor needs. */
export interface RegistryState {
  readonly snapshot: Sharded<Snapshot>;
  /** Interactions by message set. */
  readonly messageSets: ReadonlyMap<string, readonly string[]>;
}

export interface ShardChange extends Scope {
  readonly version: number;
  /** JWKS URLs of applications that were deleted. */
  readonly removedJwksIds: readonly string[];
}

export function wholeState(version: number, rows: RegistryRows): RegistryState {
  const messageSets = new Map(rows.messageSets.map(({ name, interactions }) => [name, interactions]));
  const applications = buildApplications(rows, messageSets);
  const { clients, credentials, workloads } = buildClients(rows);
  const snapshot = {
    version,
    assuranceFloor: floorOfAll(rows),
    organisations: ShardedMap.of(buildOrganisations(rows, applications)),
    clients: ShardedMap.of(clients),
    credentials: ShardedMap.of(credentials),
    workloads: ShardedMap.of(workloads),
    applicationsByJwksId: ShardedMap.of(byJwksId(applications)),
    ...buildCis2Clients(rows),
  };
  return { snapshot, messageSets };
}

/**
 * The state after a change.
 * @param rows all rows of the organisations, applications, clients and message sets that `change` names
 * @returns also the organisations that differ, which a message set's change may make many
 */
export function changedState(
  { snapshot, messageSets }: RegistryState,
  change: ShardChange,
  rows: RegistryRows,
): { readonly state: RegistryState; readonly odsCodes: Set<string> } {
  const odsCodes = new Set(change.odsCodes);
  const sets =
    change.messageSets.length === 0
      ? messageSets
      : withSets(messageSets, change.messageSets, rows.messageSets);
  const applications = buildApplications(rows, sets);
  let { organisations, applicationsByJwksId, clients, credentials, workloads } = snapshot;

  if (change.messageSets.length > 0) {
    const regrouped = regroup(snapshot, new Set(change.messageSets), sets);
    ({ organisations, applicationsByJwksId } = regrouped);
    for (const odsCode of regrouped.odsCodes) odsCodes.add(odsCode);
  }
  if (change.odsCodes.length > 0)
    organisations = organisations.with(change.odsCodes, buildOrganisations(rows, applications));
  if (applications.size > 0 || change.removedJwksIds.length > 0) {
    applicationsByJwksId = applicationsByJwksId.with(change.removedJwksIds, byJwksId(applications));
  }
  if (change.clientIds.length > 0) {
    const built = buildClients(rows);
    const ids = new Set(change.clientIds);
    const keyIds = [...credentials.values()]
      .filter((each) => ids.has(each.clientId))
      .map((each) => each.keyId);
    const workloadKeys = [...workloads].filter(([, clientId]) => ids.has(clientId)).map(([key]) => key);
    clients = clients.with(change.clientIds, built.clients);
    credentials = credentials.with(keyIds, built.credentials);
    workloads = workloads.with(workloadKeys, built.workloads);
  }
  const { version } = change;
  const assuranceFloor = floorOfAll(rows);
  const cis2Clients = change.cis2Clients
    ? buildCis2Clients(rows)
    : { cis2Clients: snapshot.cis2Clients, cis2ClientsByJwksId: snapshot.cis2ClientsByJwksId };
  const next = {
    ...{ version, assuranceFloor, organisations, clients, credentials, workloads, applicationsByJwksId },
    ...cis2Clients,
  };
  return { state: { snapshot: next, messageSets: sets }, odsCodes };
}

/** It is read with every change, whatever has changed. */
function floorOfAll({ assuranceFloors }: RegistryRows): Snapshot['assuranceFloor'] {
  return assuranceFloors.find(({ odsCode }) => odsCode === ALL_ORGANISATIONS)?.level ?? null;
}

function byJwksId(applications: ReadonlyMap<string, Application>): [string, Application][] {
  return [...applications.values()].map((application) => [application.jwksId, application]);
}

function withSets(
  messageSets: RegistryState['messageSets'],
  names: readonly string[],
  rows: RegistryRows['messageSets'],
): RegistryState['messageSets'] {
  const copy = new Map(messageSets);
  for (const name of names) copy.delete(name);
  for (const { name, interactions } of rows) copy.set(name, interactions);
  return copy;
}

/** Gives every application that has one of the changed message sets its new interactions. */
function regroup(
  snapshot: RegistryState['snapshot'],
  names: ReadonlySet<string>,
  sets: RegistryState['messageSets'],
) {
  const interactionsOf = interactionsBySets(sets);
  const isAffected = (application: Application) => application.messageSets.some((name) => names.has(name));
  const regrouped = new Map(
    [...snapshot.applicationsByJwksId]
      .filter(([, application]) => isAffected(application))
      .map(([jwksId, each]) => [jwksId, { ...each, interactions: interactionsOf(each.messageSets) }]),
  );
  const organisations = [...snapshot.organisations.values()]
    .filter(({ bindings }) => bindings.some(({ application }) => isAffected(application)))
    .map((organisation): [string, Organisation] => {
      const bindings = organisation.bindings.map((binding) => ({
        ...binding,
        application: regrouped.get(binding.application.jwksId) ?? binding.application,
      }));
      return [organisation.odsCode, { ...organisation, bindings }];
    });
  return {
    organisations: snapshot.organisations.with([], organisations),
    applicationsByJwksId: snapshot.applicationsByJwksId.with([], regrouped),
    odsCodes: organisations.map(([odsCode]) => odsCode),
  };
}

function buildOrganisations(
  rows: RegistryRows,
  applications: ReadonlyMap<string, Application>,
): Map<string, Organisation> {
  const bindings = Map.groupBy(rows.bindings, (row) => row.odsCode);
  const appointments = Map.groupBy(rows.sroAppointments, (row) => row.odsCode);
  const floors = new Map(rows.assuranceFloors.map(({ odsCode, level }) => [odsCode, level]));
  return new Map(
    rows.organisations.map((row) => {
      const bound = (bindings.get(row.odsCode) ?? []).flatMap(({ id, applicationId }) => {
        const application = applications.get(applicationId);
        return application === undefined ? [] : [{ id, odsCode: row.odsCode, application }];
      });
      const sroAppointments = (appointments.get(row.odsCode) ?? []).map(
        ({ odsCode: _, ...appointment }) => appointment,
      );
      const assuranceFloor = floors.get(row.odsCode) ?? null;
      return [row.odsCode, { ...row, bindings: bound, sroAppointments, assuranceFloor }];
    }),
  );
}

function buildApplications(
  rows: RegistryRows,
  messageSets: ReadonlyMap<string, readonly string[]>,
): Map<string, Application> {
  const exceptions = Map.groupBy(rows.writeExceptions, (row) => row.applicationId);
  const keysOf = keysByOwner(rows);
  const interactionsOf = interactionsBySets(messageSets);
  return new Map(
    rows.applications.map((row: ApplicationRow): [string, Application] => [
      row.id,
      {
        ...row,
        interactions: interactionsOf(row.messageSets),
        writeExceptions: (exceptions.get(row.id) ?? []).map(withoutApplication),
        signingKeys: keysOf(row.id),
      },
    ]),
  );
}

function withoutApplication({ applicationId: _, ...exception }: WriteExceptionRow) {
  return exception;
}

function buildCis2Clients(rows: RegistryRows) {
  const keysOf = keysByOwner(rows);
  const clients = rows.cis2Clients.map((row): Cis2Client => ({ ...row, signingKeys: keysOf(row.id) }));
  return {
    cis2Clients: ShardedMap.of(clients.map((client) => [cis2ClientKey(client), client])),
    cis2ClientsByJwksId: ShardedMap.of(clients.map((client) => [client.jwksId, client])),
  };
}

/** The keys of an application or CIS2 client, by its id. */
function keysByOwner({ signingKeys }: RegistryRows): (ownerId: string) => SigningKey[] {
  const rows = Map.groupBy(signingKeys, ({ ownerId }) => ownerId);
  return (ownerId) => (rows.get(ownerId) ?? []).map(signingKey);
}

function signingKey({ ownerId: _, n, e, ...key }: SigningKeyRow): SigningKey {
  return { ...key, publicJwk: { kty: 'RSA', n, e } };
}

/** Applications with the same message sets share one set of interactions. */
function interactionsBySets(messageSets: ReadonlyMap<string, readonly string[]>) {
  const unions = new Map<string, ReadonlySet<string>>();
  return (names: readonly string[]): ReadonlySet<string> => {
    const key = JSON.stringify(names);
    const known = unions.get(key);
    if (known !== undefined) return known;
    const union = new Set(names.flatMap((name) => messageSets.get(name) ?? []));
    unions.set(key, union);
    return union;
  };
}

function buildClients(rows: RegistryRows): Pick<Snapshot, 'clients' | 'credentials' | 'workloads'> {
  const grants = Map.groupBy(rows.grants, (row) => row.clientId);
  const clients = new Map(
    rows.clients.map((row): [string, Client] => {
      const { issuer: _i, audience: _a, subject: _s, ...client } = row;
      const granted = (grants.get(row.id) ?? []).map(({ clientId: _, ...grant }) => grant);
      return [row.id, { ...client, grants: granted, workload: workloadOf(row) }];
    }),
  );
  const workloads = new Map<string, string>();
  for (const { id, workload } of clients.values())
    if (workload !== null) workloads.set(workloadKey(workload.issuer, workload.subject), id);
  return { clients, workloads, credentials: new Map(rows.credentials.map((row) => [row.keyId, row])) };
}

function workloadOf({ issuer, audience, subject }: ClientRow): Client['workload'] {
  return issuer === null || audience === null || subject === null ? null : { issuer, audience, subject };
}
