/** What a supplier's server does with an open session: ask about it, choose a role, end it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { roleBody } from '@gatehouse/contracts/partner/sign-in-shapes';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Client } from '@gatehouse/domain/registry/registry';
import { peopleIn } from '@gatehouse/domain/users/on-behalf-of';
import { hasRole, offeredRoles } from '@gatehouse/domain/users/session-role';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import { answerJson } from '../listener/answer-json.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { readJson, shaped } from './bodies.js';
import { withFreshRoles } from './fresh-roles.js';
import { readAsUser } from './read-as-user.js';
import { recordUserEvent } from './record-user-event.js';
import { sessionAnswer } from './session-answer.js';
import { sessionGrants, userGrants } from './user-grants.js';

/** The function that acts on behalf of somebody (docs/reference/protocol-facts.md §2). */
const ACTS_FOR_OTHERS = 'SERVICE_PROVIDER_CLINICIAN_ADMIN';
const A040 = '/FHIR/R4/Practitioner?_query=onBehalfOf';

/** A request about one session, which belongs to the client. */
export interface SessionRequest {
  readonly deps: PlaneDeps;
  readonly exchange: Exchange;
  readonly client: Client;
  readonly session: UserSession;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export async function showSession({
  deps,
  exchange,
  client,
  session,
  response,
}: SessionRequest): Promise<void> {
  answerJson(exchange, response, 200, await sessionAnswer(deps, client, session));
}

/** @throws GW_BODY_SYNTAX, GW_GRANT, GW_OTHER_ORGANISATION, GW_USER_ROLE, GW_HEADER_FORBIDDEN, GW_USER_SESSION */
export async function chooseRole(sessionRequest: SessionRequest): Promise<void> {
  const { deps, exchange, client, session, request, response } = sessionRequest;
  const body = shaped(roleBody, await readJson(request, exchange));
  const { organisation: odsCode, businessFunction, onBehalfOf: onBehalfOfUserId = null } = body;
  userGrants(client, session.product, odsCode);
  if (session.onlyOdsCode !== null && odsCode !== session.onlyOdsCode)
    throw new GatewayError('GW_OTHER_ORGANISATION');
  if (onBehalfOfUserId !== null && businessFunction !== ACTS_FOR_OTHERS)
    throw new GatewayError('GW_HEADER_FORBIDDEN');
  const current = await withRole(sessionRequest, { odsCode, businessFunction });
  const choice = { odsCode, businessFunction, onBehalfOfUserId };
  const changed = await deps.userSessions.setChoice(current.id, choice);
  if (changed === null) throw new GatewayError('GW_USER_SESSION');
  await recordUserEvent(deps, exchange, changed, 'USER_ROLE_CHANGED', {
    odsCode,
    businessFunction,
    onBehalfOfUserId,
  });
  answerJson(exchange, response, 200, await sessionAnswer(deps, client, changed));
}

/** A role that is not among those last read may be new: e-RS is asked again before it is refused. */
async function withRole(
  { deps, exchange, client, session }: SessionRequest,
  wanted: Parameters<typeof hasRole>[1],
): Promise<UserSession> {
  if (hasRole(session.roles ?? [], wanted)) return session;
  const updated = await withFreshRoles(deps, exchange, client, session, wanted.odsCode);
  if (updated !== null && hasRole(updated.roles ?? [], wanted)) return updated;
  const offered = offeredRoles((updated ?? session).roles ?? [], sessionGrants(client, session));
  throw new GatewayError('GW_USER_ROLE', {
    candidates: offered.map(({ odsCode, businessFunction }) => `${businessFunction} at ${odsCode}`),
  });
}

/** The people for whom the user may act (A040), which e-RS answers to that one function alone. */
export async function listActedFor({
  deps,
  exchange,
  client,
  session,
  response,
}: SessionRequest): Promise<void> {
  const odsCode = organisationToActIn(session);
  const headers = {
    'NHSD-eRS-Business-Function': ACTS_FOR_OTHERS,
    ...(odsCode === null ? {} : { 'NHSD-End-User-Organisation-ODS': odsCode }),
  };
  const answer = await readAsUser(deps, exchange, client, session, { target: A040, headers });
  answerJson(exchange, response, 200, { people: peopleIn(answer) });
}

/** The session's own organisation, unless its role there is another one. */
function organisationToActIn({ choice, roles }: UserSession): string | null {
  if (choice !== null && hasRole(roles ?? [], { odsCode: choice.odsCode, businessFunction: ACTS_FOR_OTHERS }))
    return choice.odsCode;
  return null;
}

export async function endSession({ deps, exchange, session, response }: SessionRequest): Promise<void> {
  await deps.userSessions.end([session.id], { by: 'client', reason: 'signed out' });
  deps.userTokens.forget(session.id);
  answerJson(exchange, response, 204, undefined);
}
