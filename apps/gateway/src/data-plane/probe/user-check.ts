/**
 * What can be asked about an application for users while none of them is signed in: whether API Management knows its API key
 * and signing key, and whether NHS CIS2 knows the key of its client. No request names a user, and no token is kept.
 */
import { cis2ClientKey } from '@gatehouse/domain/registry/records/cis2-client-fields';
import type { ProbeLimit } from '@gatehouse/domain/apim/probe';
import { GatewayError } from '@gatehouse/domain/errors';
import type { Binding, Snapshot } from '@gatehouse/domain/registry/registry';
import type { Canary } from '../../adapters/nhs/canary.js';
import type { Cis2Canary } from '../../adapters/users/cis2-canary.js';

export interface Canaries {
  readonly application: Canary;
  readonly cis2: Cis2Canary;
}

/** Beside interactions, what a probe asked for. */
export const CIS2 = 'CIS2';

export interface UserCheck {
  /** Of `findingOf`; null: nothing is wrong as far as it could be asked. */
  readonly code: string | null;
  readonly reads: readonly (typeof CIS2)[];
  readonly limits: readonly ProbeLimit[];
  readonly refusal: GatewayError | null;
}

/** The first fault ends it: what follows depends on what came before. */
export async function checkForUsers(
  { odsCode, application }: Binding,
  { organisations, cis2Clients }: Pick<Snapshot, 'organisations' | 'cis2Clients'>,
  canaries: Canaries,
): Promise<UserCheck> {
  const key = application.signingKeys.find(({ state }) => state === 'ACTIVE');
  if (organisations.get(odsCode)?.state !== 'active')
    return notAsked(new GatewayError('GW_ORGANISATION_SUSPENDED'));
  if (application.state !== 'draft' && application.state !== 'live')
    return notAsked(new GatewayError('GW_APPLICATION_STATE'));
  if (application.apiKey === null) return notAsked(new GatewayError('GW_ASID_MISSING'));
  if (key === undefined) return notAsked(new GatewayError('GW_KEY_MISSING'));
  try {
    const refused = await canaries.application(application, key);
    if (refused !== null) return { code: refused.diagnosis, reads: [], limits: ['user'], refusal: null };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { code: error.code, reads: [], limits: ['user'], refusal: error };
  }
  return checkCis2(cis2Clients.get(cis2ClientKey(application)), canaries.cis2);
}

/** A product whose users sign in by combined authentication alone has no client. */
async function checkCis2(
  client: ReturnType<Snapshot['cis2Clients']['get']>,
  canary: Cis2Canary,
): Promise<UserCheck> {
  const sound = { code: null, reads: [], refusal: null };
  if (client === undefined || client.state !== 'active') return { ...sound, limits: ['user'] };
  if (client.auth === 'client_secret') return { ...sound, limits: ['user', 'cis2-secret'] };
  const key = client.signingKeys.find(({ state }) => state === 'ACTIVE');
  if (key === undefined) return { ...sound, limits: ['user', 'cis2-key'] };
  const asked = { ...sound, reads: [CIS2], limits: ['user'] } as const;
  try {
    return (await canary(client, key)) === null ? asked : { ...asked, code: 'CIS2_KEY' };
  } catch {
    return { ...asked, code: 'CIS2_UNAVAILABLE' };
  }
}

const notAsked = (refusal: GatewayError): UserCheck => ({
  ...{ code: refusal.code, reads: [], limits: ['user', 'not-asked'], refusal },
});
