import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KmsError } from './aws-reply.js';
import type { KeyStore, StoredKey } from './key-store.js';

export type EncryptionContext = Readonly<Record<string, string>>;

const VERSION = 1;

/** Encrypts under a symmetric key; the encryption context is bound as additional data, whatever its order. */
export function seal(key: StoredKey, plaintext: Buffer, context: EncryptionContext): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.secret, 'base64'), iv);
  cipher.setAAD(contextBytes(context));
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([
    Buffer.from([VERSION]),
    Buffer.from(key.keyId.replaceAll('-', ''), 'hex'),
    iv,
    cipher.getAuthTag(),
    sealed,
  ]);
}

/** The id of the key that a ciphertext names. */
export function keyOf(store: KeyStore, blob: Buffer): StoredKey {
  if (blob.length < 45 || blob[0] !== VERSION) throw new KmsError('InvalidCiphertextException', '');
  const hex = blob.subarray(1, 17).toString('hex');
  return store.resolve(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
}

/** Decrypts; any change of ciphertext or context is InvalidCiphertextException. */
export function unseal(key: StoredKey, blob: Buffer, context: EncryptionContext): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.secret, 'base64'), blob.subarray(17, 29));
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(blob.subarray(29, 45));
  try {
    return Buffer.concat([decipher.update(blob.subarray(45)), decipher.final()]);
  } catch {
    throw new KmsError('InvalidCiphertextException', '');
  }
}

function contextBytes(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
