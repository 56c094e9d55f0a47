import type { AccessMode, Capability } from '../registry/records/vocabulary.js';

export interface ApimAttribute {
  readonly name: string;
  /** Null: not known yet. */
  readonly value: string | null;
  /** Who gives it. */
  readonly from: string;
}

/** `app-restricted-business-function`: without it API Management takes PROVIDER_AUTHORISED_APPLICATION for everyone. */
export const AUTHORISED_APPLICATION: Readonly<Record<Capability, string>> = {
  referrer: 'REFERRER_AUTHORISED_APPLICATION',
  provider: 'PROVIDER_AUTHORISED_APPLICATION',
};

/**
 * The attributes of an APIM application on which e-RS decides, exactly as the e-RS partners team is asked to set them.
 * They are set by hand and can't be read back; a wrong one shows only when a call fails (e-referrals-service-api,
 * proxies/live, targets/ers-target.xml and policies/AssignMessage.Set.*-app-restricted.xml).
 */
export function apimAttributes(of: {
  readonly accessMode: AccessMode;
  readonly capability: Capability | null;
  readonly odsCodes: readonly string[];
  readonly asid: string | null;
  readonly sroSpineUserId: string | null;
  readonly jwksUrl: string;
}): ApimAttribute[] {
  const asid = { name: 'asid', value: of.asid, from: 'issued by NHS England' };
  const jwks = { name: 'jwks-resource-url', value: of.jwksUrl, from: 'Gatehouse' };
  if (of.accessMode === 'user-restricted') return [asid, jwks];
  const businessFunction = of.capability === null ? null : AUTHORISED_APPLICATION[of.capability];
  return [
    asid,
    { name: 'app-restricted-ods-code', value: of.odsCodes[0] ?? null, from: 'the organisation' },
    {
      name: 'app-restricted-user-id',
      value: of.sroSpineUserId,
      from: 'Spine user id of the senior responsible owner',
    },
    { name: 'app-restricted-business-function', value: businessFunction, from: 'the capability' },
    jwks,
  ];
}
