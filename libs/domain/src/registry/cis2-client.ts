/** Which CIS2 client signs users in, and with which key it proves itself to NHS CIS2. */
import { cis2ClientKey } from './records/cis2-client-fields.js';
import type { Cis2Client, SigningKey, Snapshot } from './registry.js';

/** The CIS2 client of a product in an environment; null: it has none that is active. */
export function activeCis2Client(
  { cis2Clients }: Pick<Snapshot, 'cis2Clients'>,
  product: { readonly environment: string; readonly product: string },
): Cis2Client | null {
  const client = cis2Clients.get(cis2ClientKey(product));
  return client?.state === 'active' ? client : null;
}

/**
 * The key that signs the client assertion for the token endpoint of NHS CIS2. Null: the client proves itself in another
 * way, or has no active key yet.
 */
export function signingKeyFor({ auth, signingKeys }: Cis2Client): SigningKey | null {
  if (auth !== 'private_key_jwt') return null;
  return signingKeys.find(({ state }) => state === 'ACTIVE') ?? null;
}
