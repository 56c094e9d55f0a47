import { createPublicKey, verify } from 'node:crypto';
import type { PublicKeyRecord } from '@gatehouse/domain/apim/lint-assertion';

/** Whether the key made this signature: RSASSA-PKCS1-v1_5 with SHA-512. False also for a key that can't be read. */
export function isSignedBy({ n, e }: PublicKeyRecord, signingInput: string, signature: string): boolean {
  try {
    // Of the public members alone: a JWKS may hold the private ones by mistake.
    const key = createPublicKey({ key: { kty: 'RSA', n: String(n), e: String(e) }, format: 'jwk' });
    return verify('sha512', Buffer.from(signingInput), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
