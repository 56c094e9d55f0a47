import type { AssertionKey, Kms } from './kms.js';

/**
 * The public half of a KMS key, which never changes, read when it is first needed.
 * @returns a function that throws GW_KEY_UNUSABLE if there is no such RSA key; GW_SIGNING_UNAVAILABLE otherwise
 */
export function publicKeyOnce(kms: Pick<Kms, 'publicKey'>, kmsKeyArn: string): () => Promise<AssertionKey> {
  let known: Promise<AssertionKey> | null = null;
  return () => {
    known ??= kms.publicKey(kmsKeyArn).catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
}
