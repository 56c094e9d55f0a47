/** What a JWKS URL answers: the public keys of one application, or of one CIS2 client. */
import type { SigningKey, Snapshot } from '../registry/registry.js';
import { isPublished } from '../registry/signing-key.js';
import type { OpenIdAssertionAlgorithm } from './openid-assertion.js';

export interface PublicJwk {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly alg: OpenIdAssertionAlgorithm;
  readonly use: 'sig';
}

/**
 * Members are listed one by one, so no private one can slip out (threat J2).
 * @param alg of the client assertion: RS512 for APIM, and as registered for NHS CIS2
 */
export function publicJwk(key: SigningKey, alg: OpenIdAssertionAlgorithm = 'RS512'): PublicJwk {
  const { n, e } = key.publicJwk;
  return { kty: 'RSA', n, e, kid: key.kid, alg, use: 'sig' };
}

/** The keys at a JWKS URL; null: nobody's URL ends with this id. */
export function publishedKeys(
  snapshot: Pick<Snapshot, 'applicationsByJwksId' | 'cis2ClientsByJwksId'>,
  jwksId: string,
): readonly PublicJwk[] | null {
  const cis2Client = snapshot.cis2ClientsByJwksId.get(jwksId);
  const owner = cis2Client ?? snapshot.applicationsByJwksId.get(jwksId);
  if (owner === undefined) return null;
  return owner.signingKeys
    .filter(({ state }) => isPublished(state))
    .map((key) => publicJwk(key, cis2Client?.signingAlgorithm));
}

/** Whether a key is at any JWKS URL. */
export function isServed(
  {
    applicationsByJwksId,
    cis2ClientsByJwksId,
  }: Pick<Snapshot, 'applicationsByJwksId' | 'cis2ClientsByJwksId'>,
  kid: string,
): boolean {
  const owners = [...applicationsByJwksId.values(), ...cis2ClientsByJwksId.values()];
  return owners.some(({ signingKeys }) =>
    signingKeys.some((key) => key.kid === kid && isPublished(key.state)),
  );
}

/** Byte for byte. */
export function jwksBody(keys: readonly PublicJwk[]): string {
  return JSON.stringify({ keys });
}
