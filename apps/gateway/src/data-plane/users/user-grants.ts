import { GatewayError } from '@gatehouse/domain/errors';
import type { Client, Grant } from '@gatehouse/domain/registry/registry';
import type { UserSession } from '@gatehouse/domain/users/user-session';

/**
 * The client's user-restricted grants for a product, and for one organisation if it is named.
 * @throws GW_GRANT if there are none
 */
export function userGrants(client: Client, product: string, odsCode: string | null): Grant[] {
  const grants = client.grants.filter(
    (grant) =>
      grant.accessMode === 'user-restricted' &&
      grant.product === product &&
      (odsCode === null || grant.odsCode === odsCode),
  );
  if (grants.length === 0) throw new GatewayError('GW_GRANT');
  return grants;
}

/** The grants for which a session may act. @throws GW_GRANT if there are none */
export function sessionGrants(client: Client, { product, onlyOdsCode }: UserSession): Grant[] {
  return userGrants(client, product, onlyOdsCode);
}
