/** What has to be registered with NHS CIS2 for a client, exactly as Gatehouse uses it (docs/reference/protocol-facts.md §7). */
import type { Cis2ClientRecord } from './records/cis2-client-fields.js';

export const CIS2_CALLBACK_PATH = '/auth/cis2/callback';
/** Of combined authentication: the callback URL of the APIM application (docs/reference/protocol-facts.md §6). */
export const COMBINED_CALLBACK_PATH = '/auth/apim/callback';
export const CIS2_BACK_CHANNEL_LOGOUT_PATH = '/auth/cis2/back-channel-logout';

export interface RegisteredValue {
  readonly name: 'Callback URL' | 'Back-channel logout URL' | 'JWKS URL' | 'Signing algorithm';
  readonly value: string;
}

/**
 * @param publicUrl of the public listener, without a trailing slash
 * @returns none where the supplier signs its users in itself: then nothing of Gatehouse is registered
 */
export function valuesToRegister(
  { auth, signingAlgorithm }: Pick<Cis2ClientRecord, 'auth' | 'signingAlgorithm'>,
  { publicUrl, jwksUrl }: { readonly publicUrl: string; readonly jwksUrl: string },
): readonly RegisteredValue[] {
  if (auth === 'supplier') return [];
  const addresses = addressesToRegister(publicUrl);
  if (auth === 'client_secret') return addresses;
  return [
    ...addresses,
    { name: 'JWKS URL', value: jwksUrl },
    { name: 'Signing algorithm', value: signingAlgorithm },
  ];
}

/** What is known before there is a client. */
export function addressesToRegister(publicUrl: string): readonly RegisteredValue[] {
  return [
    { name: 'Callback URL', value: `${publicUrl}${CIS2_CALLBACK_PATH}` },
    { name: 'Back-channel logout URL', value: `${publicUrl}${CIS2_BACK_CHANNEL_LOGOUT_PATH}` },
  ];
}
