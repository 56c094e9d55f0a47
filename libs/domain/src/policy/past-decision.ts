/**
 * Decides a past request again: the request as the audit trail recorded it, on the registry as it was then or as it is
 * now. The rules are those of the running version. If they were different at the time, the steps differ from those
 * recorded.
 */
import type { RequestFacts } from '../audit/audit.js';
import type { Operation } from '../ers/catalogue.js';
import type { ErrorCode } from '../errors.js';
import type { ActingAs } from './business-function.js';
import { decide } from './decide.js';
import { describeGrant, matchingGrants, type Step } from './policy.js';
import type { Binding, Client, Snapshot } from '../registry/registry.js';
import type { AccessMode, Capability } from '../registry/records/vocabulary.js';
import { sroState } from '../governance/sro.js';
import { assuranceFloorOf } from './user-decision.js';
import type { UserChoice, UserSession } from '../users/user-session.js';
import type { UserRole } from '../users/roles.js';

export interface PastRequest {
  readonly clientId: string;
  readonly operation: Operation;
  readonly asked: NonNullable<RequestFacts['asked']>;
  /** Null without a user session. */
  readonly user: Pick<RequestFacts, 'userId' | 'userSessionId' | 'aal' | 'authTimeMs'> | null;
  readonly environmentKind: 'authenticated' | 'open';
}

export interface DecidedAgain {
  readonly allowed: boolean;
  readonly code: ErrorCode | null;
  readonly steps: readonly Step[];
  readonly binding: Binding | null;
}

/** A client that doesn't exist or isn't active is refused before any step. */
export function decideAgain(snapshot: Snapshot, request: PastRequest, atMs: number): DecidedAgain {
  const client = snapshot.clients.get(request.clientId);
  if (client?.state !== 'active') return { allowed: false, code: 'GW_TOKEN', steps: [], binding: null };
  const { operation, environmentKind } = request;
  const decision = decide(snapshot, {
    ...choicesOf(request),
    ...{ client, operation, environmentKind, nowMs: atMs, actingAs: actingAsOf(request) },
    userSession: sessionOf(client, request),
  });
  const { steps } = decision;
  if (decision.ok) return { allowed: true, code: null, steps, binding: decision.plan.binding };
  return { allowed: false, code: decision.refusal.code, steps, binding: decision.binding };
}

/**
 * The organisations whose registry entries the decision depends on: none unless exactly one grant matches; for a user,
 * the one that was chosen, or those at which the user has a role.
 */
export function organisationsLookedAt(client: Client | undefined, request: PastRequest): readonly string[] {
  const grants = client === undefined ? [] : matchingGrants(client.grants, choicesOf(request));
  const odsCodes = grants.map(({ odsCode }) => odsCode);
  const { session } = request.asked;
  if (!session) return odsCodes.length === 1 ? odsCodes : [];
  const chosen = request.asked.odsCode ?? session.choice?.odsCode ?? null;
  if (chosen !== null) return odsCodes.filter((odsCode) => odsCode === chosen);
  return odsCodes.filter((odsCode) => session.roles?.some((role) => role.odsCode === odsCode));
}

/** The value is null if there is none. */
export type Fact = readonly [what: string, value: string | null];

/**
 * The facts that the decision depends on, in words.
 * @param odsCode limits the client's grants to this organisation; null for all
 * @param binding the one that was used or refused, if one was found
 */
export function factsLookedAt(
  snapshot: Snapshot,
  request: PastRequest,
  { odsCode, binding }: { readonly odsCode: string | null; readonly binding: Binding | null },
  atMs: number,
): readonly Fact[] {
  const client = snapshot.clients.get(request.clientId);
  const grants = client?.grants.filter((grant) => odsCode === null || grant.odsCode === odsCode) ?? [];
  const organisation = snapshot.organisations.get(binding?.odsCode ?? odsCode ?? '');
  return [
    ['Client', client === undefined ? null : `${client.name}, ${client.state}`],
    ['Grants', joined(grants.map(describeGrant), '; ')],
    ['Organisation', organisation === undefined ? null : `${organisation.name}, ${organisation.state}`],
    ...(request.user === null || organisation === undefined
      ? []
      : [['Lowest level of authentication', String(assuranceFloorOf(snapshot, organisation))] as const]),
    ...(binding === null ? [] : factsOfBinding(binding, request.operation, atMs)),
    [
      'SRO appointments',
      joined(
        (organisation?.sroAppointments ?? []).map(
          (sro) => `${sroState(sro, atMs)} (${sro.environments.join(', ')}; review due ${sro.reviewDueOn})`,
        ),
        '; ',
      ),
    ],
  ];
}

function factsOfBinding({ application }: Binding, { interaction }: Operation, atMs: number): readonly Fact[] {
  const key = application.signingKeys.find(({ state }) => state === 'ACTIVE');
  const exceptions = application.writeExceptions.filter((exception) => exception.interaction === interaction);
  return [
    ['Application', application.state],
    ['ASID', application.asid],
    ['API key', application.apiKey === null ? null : endOf(application.apiKey)],
    ['Message sets', joined(application.messageSets, ', ')],
    [`${interaction} in its message sets`, application.interactions.has(interaction) ? 'yes' : 'no'],
    [
      `Write exceptions for ${interaction}`,
      joined(
        exceptions.map(({ expiresAtMs, revokedAtMs }) =>
          revokedAtMs !== null && revokedAtMs <= atMs
            ? 'revoked'
            : `until ${new Date(expiresAtMs).toISOString()}`,
        ),
        '; ',
      ),
    ],
    ['Signing key in use', key?.kid ?? null],
  ];
}

function actingAsOf({ asked }: PastRequest): ActingAs | null {
  if (asked.accessMode !== 'user-restricted') return null;
  const { businessFunction, onBehalfOfUserId } = asked;
  return { businessFunction, onBehalfOfUserId };
}

/** The session as the record knows it: whether it has ended since says nothing about the decision. */
function sessionOf(client: Client, { asked, user }: PastRequest): UserSession | null {
  if (!asked.session || !user?.userSessionId || !user.userId) return null;
  const { product, roles, choice, onlyOdsCode = null } = asked.session;
  return {
    ...{ id: user.userSessionId, version: 0, clientId: client.id, environment: client.environment, product },
    onlyOdsCode,
    userId: user.userId,
    authenticationLevel: user.aal === 2 ? 2 : 3,
    identityLevel: 3,
    authenticatedAtMs: user.authTimeMs ?? 0,
    lastActiveAtMs: user.authTimeMs ?? 0,
    endedAtMs: null,
    roles: roles as readonly UserRole[] | null,
    choice: choice as UserChoice | null,
  };
}

function choicesOf({ asked }: PastRequest) {
  return {
    accessMode: asked.accessMode as AccessMode,
    odsCode: asked.odsCode,
    product: asked.product,
    capability: asked.capability as Capability | null,
  };
}

/** An ellipsis and the last four characters, as in the history. Nothing of a short key is shown. */
function endOf(apiKey: string): string {
  if (apiKey.startsWith('…')) return apiKey;
  return apiKey.length < 12 ? '…' : `…${apiKey.slice(-4)}`;
}

const joined = (words: readonly string[], by: string): string | null =>
  words.length === 0 ? null : words.join(by);
