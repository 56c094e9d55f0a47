/**
 * `POST /user-logins`: a supplier's server begins the sign-in of a user. It sends the user's browser to the URL that it
 * gets, and the browser comes back to its return target with a code.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { loginBody } from '@gatehouse/contracts/partner/sign-in-shapes';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Client, Snapshot } from '@gatehouse/domain/registry/registry';
import { assuranceFloorOf } from '@gatehouse/domain/policy/user-decision';
import type { SignInSetup } from '../../adapters/users/sign-in-setups.js';
import type { UserLogin } from '../../adapters/users/user-logins.js';
import { answerJson } from '../listener/answer-json.js';
import type { PlaneDeps } from '../deps.js';
import type { Exchange } from '../exchange.js';
import { readJson, shaped } from './bodies.js';
import { userGrants } from './user-grants.js';

/**
 * @throws GW_BODY_SYNTAX, GW_GRANT, GW_CIS2_CLIENT, GW_REDIRECT; for combined authentication also
 *   GW_ORGANISATION_SUSPENDED, GW_APPLICATION_STATE, GW_ASID_MISSING, GW_TOKEN_REFUSED, GW_SIGNING_UNAVAILABLE
 */
export async function beginLogin(
  deps: PlaneDeps,
  exchange: Exchange,
  client: Client,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = shaped(loginBody, await readJson(request, exchange));
  const { product, organisation = null, pattern, returnTarget } = body;
  const grants = userGrants(client, product, organisation);
  const setup = await deps.userSignIn.setups.of(client, product);
  if (!signsUsersIn(deps, client, setup, pattern)) throw new GatewayError('GW_CIS2_CLIENT');
  if (!setup.returnTargets.includes(returnTarget)) throw new GatewayError('GW_REDIRECT');
  if (pattern === 'combined' && organisation !== null)
    await deps.userSignIn.combined.check({ environment: client.environment, product, odsCode: organisation });
  const login = await deps.userSignIn.logins.begin({
    environment: client.environment,
    clientId: client.id,
    product,
    pattern,
    odsCode: organisation,
    returnTarget,
    supplierState: body.state,
    codeChallenge: body.codeChallenge,
    minimumLevel: lowestFloor(
      deps.registry.current(),
      grants.map(({ odsCode }) => odsCode),
    ),
  });
  const url = new URL(deps.userSignIn.loginUrl);
  url.searchParams.set('ticket', login.ticket);
  answerJson(exchange, response, 201, { loginId: login.loginId, url: url.href });
}

/** Combined authentication needs no CIS2 client of ours, but the pages of sign-in are served only beside a CIS2. */
function signsUsersIn(
  { environments }: PlaneDeps,
  { environment }: Client,
  { signedInBy }: SignInSetup,
  pattern: UserLogin['pattern'],
): boolean {
  if (pattern === 'separate') return signedInBy === 'Gatehouse';
  return environments.get(environment)?.cis2Issuer !== undefined;
}

/** An organisation with a higher floor asks for a new login; one that admits level 2 must not be kept from it. */
function lowestFloor(snapshot: Snapshot, odsCodes: readonly string[]) {
  const floors = odsCodes.map((odsCode) => {
    const organisation = snapshot.organisations.get(odsCode);
    return organisation === undefined ? 3 : assuranceFloorOf(snapshot, organisation);
  });
  return floors.includes(2) ? 2 : 3;
}
