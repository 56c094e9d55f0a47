import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { PublicKeyRecord } from '@gatehouse/domain/apim/lint-assertion';

/** Whether the key made this signature: RSASSA-PKCS1-v1_5 with SHA-512. False also for a key that can't be read. */
export function isSignedBy(key: PublicKeyRecord, signingInput: string, signature: string): boolean {
  const publicKey = publicKeyOf(key);
  return (
    publicKey !== null &&
    verify('sha512', Buffer.from(signingInput), publicKey, Buffer.from(signature, 'base64url'))
  );
}

/** Of the public members alone: a JWKS may hold the private ones by mistake. */
function publicKeyOf({ n, e }: PublicKeyRecord): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'RSA', n: String(n), e: String(e) }, format: 'jwk' });
  } catch {
    return null;
  }
}
