/**
 * `POST /user-sessions`: opens a session for a user who has signed in. Opening waits for one token and for what e-RS
 * says that the user may be (A030); tokens for further applications follow in the background.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeBody, idTokenBody } from '@gatehouse/contracts/partner/sign-in-shapes';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Client, Grant } from '@gatehouse/domain/registry/registry';
import { CIS1_NOT_PERMITTED } from '@gatehouse/domain/users/cis1';
import type { SignedInUser } from '@gatehouse/domain/users/id-token';
import { noRoleRefusal, offeredRoles, onlyRole } from '@gatehouse/domain/users/session-role';
import { sessionEnd } from '@gatehouse/domain/users/session-life';
import { SESSION_OF_TOKEN_ENDED, type UserSignInRejection } from '@gatehouse/domain/users/sign-in-rejection';
import type { UserSession } from '@gatehouse/domain/users/user-session';
import type { IssuedPair } from '../../adapters/users/tokens/issued-pair.js';
import { answerJson } from '../listener/answer-json.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { readJson, shaped } from './bodies.js';
import { prefetchTokens } from './prefetch-tokens.js';
import { readRoles } from './read-roles.js';
import { recordBroughtUser, recordUserEvent } from './record-user-event.js';
import { sessionAnswer } from './session-answer.js';
import { userGrants } from './user-grants.js';

const ENDED_MEANWHILE = {
  logged_out: 'logged out at NHS CIS2',
  session_ended: 'another session of the same ID token ended',
} as const;

/** @throws GW_BODY_SYNTAX, GW_OIDC, GW_GRANT, GW_CIS2_CLIENT, GW_USER_ROLE, GW_OVERLOAD, and what a call to e-RS throws */
export async function openSession(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request, exchange);
  const signedIn = await signedInUser(deps, exchange, client, body);
  const onlyOdsCode = signedIn.pattern === 'combined' ? signedIn.odsCode : null;
  const grants = userGrants(client, signedIn.product, onlyOdsCode);
  const { environment, id: clientId } = client;
  const { product, pattern, user, idToken, name } = signedIn;
  const nowMs = deps.clock.now();
  const born = { authenticatedAtMs: user.authenticatedAtMs, lastActiveAtMs: nowMs, endedAtMs: null };
  if (sessionEnd(born, deps.userSessions.limits, nowMs) !== null)
    throw await rejected(deps, exchange, client, 'auth_time');
  const { session, handle } = await deps.userSessions.open({
    ...{ environment, clientId, product, pattern, onlyOdsCode, user, idToken, name },
  });
  // What ended the user's sessions since the sign-in was checked did not know of this one.
  const end = await deps.userSignIn.endOf({ environment, cis2SessionId: user.cis2SessionId, idToken });
  if (end !== null) {
    await deps.userSessions.end([session.id], { by: 'Gatehouse', reason: ENDED_MEANWHILE[end] });
    throw await rejected(deps, exchange, client, end);
  }
  const ready = await makeReady(deps, exchange, client, session, { ...signedIn, grants });
  if (pattern === 'separate') prefetchTokens(deps, exchange, client, ready, grants);
  answerJson(exchange, response, 201, { handle, ...(await sessionAnswer(deps, client, ready)) });
}

/** A user whom CIS2 has authenticated, and for which product. */
interface UserSignedIn {
  readonly product: string;
  readonly pattern: 'separate' | 'combined';
  /** The organisation that the supplier named when the login began; null if it named none. */
  readonly odsCode: string | null;
  readonly user: SignedInUser;
  readonly idToken: string | null;
  /** In combined authentication, which begins with tokens and not with an ID token. */
  readonly pair?: IssuedPair;
  readonly name: string | null;
}

/** @throws GW_OIDC for a code or a token that is not accepted */
async function signedInUser(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  body: unknown,
): Promise<UserSignedIn> {
  if (typeof body === 'object' && body !== null && 'code' in body) {
    const { code, codeVerifier } = shaped(codeBody, body);
    const redeemed = await deps.userSignIn.logins.redeem(code, codeVerifier, client.id);
    if (redeemed === null) throw await rejected(deps, exchange, client, 'code');
    const { login, user, tokens } = redeemed;
    return { product: login.product, pattern: login.pattern, odsCode: login.odsCode, user, ...tokens };
  }
  const { idToken, accessToken = null, product } = shaped(idTokenBody, body);
  userGrants(client, product, null);
  const { id: clientId, environment } = client;
  const answer = await deps.userSignIn.broughtTokens.accept({
    ...{ environment, product, clientId, idToken, accessToken },
  });
  if (!answer.ok) throw await rejected(deps, exchange, client, answer.reason);
  await recordBroughtUser(deps, exchange, client, { product, user: answer.user });
  return { product, pattern: 'separate', odsCode: null, user: answer.user, idToken, name: answer.name };
}

/** Records the reason. The caller learns only that the sign-in is not accepted, except for the two that it must act on. */
async function rejected(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  reason: UserSignInRejection,
): Promise<GatewayError> {
  const { remoteAddress: address } = exchange;
  await deps.audit.rejected({ event: 'USER_SIGN_IN_REJECTED', address, reason, clientId: client.id });
  return new GatewayError('GW_OIDC', {
    detail: `the sign-in was rejected: ${reason}`,
    ...(reason === 'cis1' ? { rule: CIS1_NOT_PERMITTED } : {}),
    ...(reason === 'session_ended' ? { rule: SESSION_OF_TOKEN_ENDED } : {}),
  });
}

/** Reads what the user may be. A session that can serve nothing does not stay. */
async function makeReady(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  session: UserSession,
  { grants, odsCode, pair }: Pick<UserSignedIn, 'odsCode' | 'pair'> & { readonly grants: readonly Grant[] },
): Promise<UserSession> {
  try {
    if (pair !== undefined) await deps.userTokens.adopt(session, pair);
    const roles = await readRoles(deps, exchange, client, session, odsCode);
    const offered = offeredRoles(roles, grants);
    if (offered.length === 0) throw noRoleRefusal(roles);
    const ready = await deps.userSessions.begin(session.id, roles, onlyRole(offered));
    if (ready === null) throw new GatewayError('GW_USER_SESSION');
    await recordUserEvent(deps, exchange, ready, 'USER_SESSION_OPENED', {
      roles: offered.map(
        ({ odsCode: organisation, businessFunction }) => `${businessFunction} ${organisation}`,
      ),
    });
    return ready;
  } catch (error) {
    const code = error instanceof GatewayError ? error.code : 'GW_INTERNAL';
    const reason = `it could not be opened: ${code}`;
    await deps.userSessions.abandon(session.id, { by: 'Gatehouse', reason });
    throw error;
  }
}
