/** The KMS key with which Gatehouse proves itself to an identity provider (private_key_jwt). */
import { randomUUID } from 'node:crypto';
import { openIdAssertion, type OpenIdAssertionAlgorithm } from '@gatehouse/domain/apim/openid-assertion';
import type { AssertionKey, Kms } from '../kms/kms.js';
import { publicKeyOnce } from '../kms/public-key-once.js';

export interface ClientKey {
  /**
   * The public half; the `kid` of assertions is its thumbprint.
   * @throws GW_KEY_UNUSABLE if there is no such RSA key; GW_SIGNING_UNAVAILABLE otherwise
   */
  publicKey(): Promise<AssertionKey>;
  /** A signed assertion, for one request to this token endpoint. */
  sign(clientId: string, tokenUrl: string, algorithm: OpenIdAssertionAlgorithm): Promise<string>;
}

export function openClientKey(
  kms: Pick<Kms, 'publicKey' | 'signOpenIdAssertion'>,
  kmsKeyArn: string,
  now: () => number,
): ClientKey {
  const publicKey = publicKeyOnce(kms, kmsKeyArn);
  return {
    publicKey,
    async sign(clientId, tokenUrl, algorithm) {
      const key = await publicKey();
      const jti = randomUUID();
      const request = { algorithm, kid: key.thumbprint, clientId, tokenUrl, jti, nowMs: now() };
      return kms.signOpenIdAssertion(key, openIdAssertion(request));
    },
  };
}
