/**
 * Combined authentication: API Management itself signs a user in with CIS2, for one application
 * (docs/reference/protocol-facts.md §6, ADR 42). There is neither PKCE nor a nonce, so the state alone binds the callback to
 * the browser.
 */
import { GatewayError } from '@gatehouse/domain/errors';
import { combinedRoute, type CombinedTarget } from '@gatehouse/domain/policy/combined-route';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { combinedUser } from '@gatehouse/domain/users/combined-user';
import { ACR_VALUES, type SignedInUser } from '@gatehouse/domain/users/id-token';
import { ProviderFault, reportedFault } from '../../people/openid/provider-fault.js';
import type { SignInProvider } from '../../people/sign-in-provider.js';
import type { IssuedPair } from '../tokens/issued-pair.js';
import type { UserLogin } from '../user-logins.js';
import { exchangeCode, type CodeExchangeOptions } from './exchange-code.js';
import { readUserinfo } from './read-userinfo.js';

/** What API Management has proven. */
export interface CombinedSignIn {
  readonly user: SignedInUser;
  readonly name: string | null;
  readonly pair: IssuedPair;
}

export interface CombinedSignIns {
  /**
   * The provider that signs the user of a login in.
   * @throws GW_ORGANISATION_SUSPENDED, GW_APPLICATION_STATE, GW_ASID_MISSING if its application can't be used
   */
  providerFor(login: UserLogin): SignInProvider<CombinedSignIn>;
  /**
   * Whether a login can be begun now. @throws the same, and GW_TOKEN_REFUSED if the registry has no API secret,
   * GW_SIGNING_UNAVAILABLE
   */
  check(target: CombinedTarget): Promise<void>;
}

export interface CombinedSignInOptions extends CodeExchangeOptions {
  readonly snapshot: () => Snapshot;
}

export function createCombinedSignIns(options: CombinedSignInOptions): CombinedSignIns {
  const { snapshot, tokenUrlOf, redirectUri } = options;
  return {
    async check(target) {
      const { application } = combinedRoute(snapshot(), target).binding;
      await options.requireApiSecret(application.id);
    },

    providerFor(login) {
      const route = combinedRoute(snapshot(), targetOf(login));
      const { application } = route.binding;
      const tokenUrl = tokenUrlOf(login.environment);
      return {
        // An application that took the place of another meanwhile has a sign-in of its own.
        name: `apim ${login.environment}/${application.id}`,
        authorizationUrl({ state }) {
          const url = new URL('authorize', tokenUrl);
          url.search = new URLSearchParams({
            client_id: application.apiKey ?? '',
            redirect_uri: redirectUri,
            response_type: 'code',
            state,
            acr_values: ACR_VALUES[login.minimumLevel],
          }).toString();
          return Promise.resolve(url.href);
        },
        async finish(callback) {
          const pair = await exchangeCode(options, { route, code: codeOf(callback), login });
          const userinfo = await readUserinfo(options.transport, tokenUrl, pair.accessToken);
          const known = combinedUser(userinfo, login);
          if (known === null) throw rejected('sub', 'userinfo does not name one user');
          return { ...known, pair };
        },
      };
    },
  };
}

function targetOf({ environment, product, odsCode }: UserLogin): CombinedTarget {
  if (odsCode === null)
    throw new GatewayError('GW_INTERNAL', { detail: 'a combined login for no organisation' });
  return { environment, product, odsCode };
}

/** @throws ProviderFault for an error that API Management or CIS2 reports, and for anything but one code */
function codeOf(callback: URLSearchParams): string {
  const error = callback.get('error');
  if (error !== null) throw reportedFault(error, callback.get('error_description'));
  const [code, another] = callback.getAll('code');
  if (code === undefined || code === '' || another !== undefined)
    throw new ProviderFault('refused', 'the callback has no code, or several', null);
  return code;
}

/** @param claim that is recorded as the reason */
function rejected(claim: string, message: string): ProviderFault {
  return new ProviderFault('refused', message, null, { claim, claims: {} });
}
