/** Seals what must be kept and not read in the database: AES-256-GCM under a data key of its own, wrapped by KMS. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What is needed of KMS. The context must be given to decrypt as it was to generate. */
export interface DataKeys {
  generateDataKey(
    keyId: string,
    context: Record<string, string>,
  ): Promise<{ readonly plaintext: Buffer; readonly wrapped: Buffer }>;
  decrypt(wrapped: Buffer, context: Record<string, string>): Promise<Buffer>;
}

export interface SecretBox {
  /** @param context binds the sealed bytes to their row */
  seal(secret: string, context: string): Promise<Uint8Array<ArrayBuffer>>;
  /** @throws if the bytes were changed, or sealed for another row */
  open(sealed: Uint8Array, context: string): Promise<string>;
}

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Format, length of the wrapped key, wrapped key, IV, tag, ciphertext. */
const HEAD_BYTES = 3;

export function createSecretBox(kms: DataKeys, kmsKeyId: string): SecretBox {
  const contextOf = (context: string) => ({ purpose: 'gatehouse-secret', row: context });
  return {
    async seal(secret, context) {
      const { plaintext, wrapped } = await kms.generateDataKey(kmsKeyId, contextOf(context));
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', plaintext, iv).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      plaintext.fill(0);
      const head = Buffer.from([FORMAT, wrapped.length >> 8, wrapped.length & 0xff]);
      return new Uint8Array(Buffer.concat([head, wrapped, iv, cipher.getAuthTag(), text]));
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== FORMAT) throw new Error('sealed in a format that is not known');
      const ivAt = HEAD_BYTES + bytes.readUInt16BE(1);
      const textAt = ivAt + IV_BYTES + TAG_BYTES;
      const key = await kms.decrypt(bytes.subarray(HEAD_BYTES, ivAt), contextOf(context));
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(ivAt, ivAt + IV_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(ivAt + IV_BYTES, textAt));
      const text = Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]);
      key.fill(0);
      return text.toString('utf8');
    },
  };
}
