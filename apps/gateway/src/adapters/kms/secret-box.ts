/** Seals what must be kept and not read in the database: AES-256-GCM under a data key of its own, wrapped by KMS. */
import { openText, sealText } from './aes-gcm.js';

/** What the box needs from KMS. A data key is decrypted only with the context that it was generated with. */
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
/** Format, length of the wrapped key, wrapped key, sealed text. */
const HEAD_BYTES = 3;

export function createSecretBox(kms: DataKeys, kmsKeyId: string): SecretBox {
  const contextOf = (context: string) => ({ purpose: 'gatehouse-secret', row: context });
  return {
    async seal(secret, context) {
      const { plaintext, wrapped } = await kms.generateDataKey(kmsKeyId, contextOf(context));
      const text = sealText(plaintext, context, secret);
      plaintext.fill(0);
      const head = Buffer.from([FORMAT, wrapped.length >> 8, wrapped.length & 0xff]);
      return new Uint8Array(Buffer.concat([head, wrapped, text]));
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== FORMAT) throw new Error('unknown format of a sealed secret');
      const textAt = HEAD_BYTES + bytes.readUInt16BE(1);
      const key = await kms.decrypt(bytes.subarray(HEAD_BYTES, textAt), contextOf(context));
      const text = openText(key, context, bytes.subarray(textAt));
      key.fill(0);
      return text;
    },
  };
}
