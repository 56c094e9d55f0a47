/**
 * The decisions that an event changes: every operation of every affected client, decided by the rules that decide
 * requests, on the registry as it is and as it would be after the event.
 */
import { CATALOGUE, type Operation } from '../ers/catalogue.js';
import type { ErrorCode } from '../errors.js';
import { decide } from '../policy/decide.js';
import type { Application, Client, Grant, Organisation, Snapshot } from '../registry/registry.js';
import type { EnvironmentKind } from '../registry/records/vocabulary.js';
import type { UserFunction } from '../users/roles.js';
import type { UserSession } from '../users/user-session.js';

export interface Simulation {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** Null: no other organisation takes the place of this one. */
  readonly successor: string | null;
  readonly nowMs: number;
  /** When the event counts, epoch ms. */
  readonly effectiveMs: number;
  readonly environmentKind: (environment: string) => EnvironmentKind;
}

export interface SimulatedCall {
  readonly operationId: string;
  readonly interaction: string;
  /** The code with which the call is refused; null: it goes on. */
  readonly before: ErrorCode | null;
  readonly after: ErrorCode | null;
  /** The same call for the successor, as the registry is today; undefined without a successor. */
  readonly successor?: ErrorCode | null;
}

export interface AffectedGrant {
  readonly client: Client;
  readonly grant: Grant;
  /** The applications that the grant may lead to: those of its organisation, product, access mode and capability. */
  readonly applications: readonly Application[];
}

/** The grants that lead to these organisations, in the environment of their client. Retired clients have none. */
export function affectedGrants(
  snapshot: Snapshot,
  organisations: readonly Organisation[],
): readonly AffectedGrant[] {
  const byCode = new Map(organisations.map((organisation) => [organisation.odsCode, organisation]));
  return [...snapshot.clients.values()]
    .filter(({ state }) => state !== 'retired')
    .flatMap((client) =>
      client.grants.flatMap((grant): AffectedGrant[] => {
        const organisation = byCode.get(grant.odsCode);
        if (organisation === undefined) return [];
        const applications = organisation.bindings
          .map(({ application }) => application)
          .filter((application) => serves(application, client.environment, grant));
        return [{ client, grant, applications }];
      }),
    );
}

function serves(application: Application, environment: string, grant: Grant): boolean {
  return (
    application.state !== 'retired' &&
    application.environment === environment &&
    application.product === grant.product &&
    application.accessMode === grant.accessMode &&
    application.capability === grant.capability
  );
}

/** Every operation that the applications of a grant may use. */
export function simulate(simulation: Simulation, { client, grant, applications }: AffectedGrant) {
  const { before, after, successor, nowMs, effectiveMs } = simulation;
  const operations = CATALOGUE.filter(({ interaction }) =>
    applications.some(({ interactions }) => interactions.has(interaction)),
  );
  return operations.map((operation): SimulatedCall => {
    const codeOn = (snapshot: Snapshot, odsCode: string, atMs: number) =>
      refusalOf(simulation, snapshot, { client, grant: { ...grant, odsCode }, operation, atMs });
    return {
      operationId: operation.operationId,
      interaction: operation.interaction,
      before: codeOn(before, grant.odsCode, nowMs),
      after: codeOn(after, grant.odsCode, effectiveMs),
      ...(successor === null ? {} : { successor: codeOn(after, successor, effectiveMs) }),
    };
  });
}

interface Call {
  readonly client: Client;
  readonly grant: Grant;
  readonly operation: Operation;
  readonly atMs: number;
}

function refusalOf(
  { environmentKind }: Simulation,
  snapshot: Snapshot,
  { client, grant, operation, atMs }: Call,
): ErrorCode | null {
  if (client.state !== 'active') return 'GW_TOKEN';
  const kind = environmentKind(client.environment);
  const isOfUser = grant.accessMode === 'user-restricted';
  const businessFunction = isOfUser ? functionFor(operation) : null;
  const decision = decide(snapshot, {
    client,
    ...{ accessMode: grant.accessMode, odsCode: grant.odsCode, product: grant.product },
    ...{ capability: grant.capability, operation, environmentKind: kind, nowMs: atMs },
    actingAs: isOfUser ? { businessFunction, onBehalfOfUserId: null } : null,
    userSession: isOfUser && kind === 'authenticated' ? userAt(client, grant, businessFunction, atMs) : null,
  });
  return decision.ok ? null : decision.refusal.code;
}

/** A function that may perform the operation for itself. Every interaction that takes functions has one. */
function functionFor({ businessFunctions }: Operation): UserFunction | null {
  return businessFunctions.find((each) => each !== 'SERVICE_PROVIDER_CLINICIAN_ADMIN') ?? null;
}

/** A user who is signed in at the highest level and has the right role: what remains is what the registry says. */
function userAt(
  client: Client,
  { odsCode, product }: Grant,
  businessFunction: UserFunction | null,
  atMs: number,
): UserSession {
  return {
    ...{ id: 'simulated', version: 0, clientId: client.id, environment: client.environment, product },
    ...{ onlyOdsCode: null, userId: '000000000000', authenticationLevel: 3, identityLevel: 3 },
    ...{ authenticatedAtMs: atMs, lastActiveAtMs: atMs, endedAtMs: null, choice: null },
    roles: [{ odsCode, businessFunction: businessFunction ?? 'REFERRING_CLINICIAN' }],
  };
}
