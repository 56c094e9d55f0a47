import {
  constants,
  createHash,
  createPublicKey,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { KmsError } from './aws-reply.js';

const signAsync = promisify(sign) as (
  hash: string,
  data: Buffer,
  key: { key: KeyObject; padding: number; saltLength?: number },
) => Promise<Buffer>;

export type MessageType = 'RAW' | 'DIGEST';

/** DER prefix of a DigestInfo for each hash (RFC 8017 §9.2, note 1). */
const DIGEST_INFO = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
} as const;
type Hash = keyof typeof DIGEST_INFO;

export const SIGNING_ALGORITHMS = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const;

/** Signs as KMS does: a RAW message is hashed here, a DIGEST has been hashed by the caller. */
export async function kmsSign(
  privateKey: KeyObject,
  algorithm: string,
  message: Buffer,
  type: MessageType,
): Promise<Buffer> {
  const { hash, pss } = parseAlgorithm(algorithm);
  if (type === 'RAW') {
    checkRaw(message);
    return signAsync(hash, message, { key: privateKey, ...padding(pss) });
  }
  checkDigest(message, hash);
  if (!pss) {
    return privateEncrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
      Buffer.concat([Buffer.from(DIGEST_INFO[hash], 'hex'), message]),
    );
  }
  const bits = createPublicKey(privateKey).asymmetricKeyDetails?.modulusLength ?? 4096;
  return privateEncrypt(
    { key: privateKey, padding: constants.RSA_NO_PADDING },
    pssEncode(message, hash, bits),
  );
}

export function kmsVerify(
  publicKey: KeyObject,
  algorithm: string,
  message: Buffer,
  type: MessageType,
  signature: Buffer,
): boolean {
  const { hash, pss } = parseAlgorithm(algorithm);
  if (type === 'RAW') {
    checkRaw(message);
    return verify(hash, message, { key: publicKey, ...padding(pss) }, signature);
  }
  checkDigest(message, hash);
  if (pss)
    throw new KmsError(
      'UnsupportedOperationException',
      'the simulator verifies PSS signatures of RAW messages only',
    );
  try {
    const expected = Buffer.concat([Buffer.from(DIGEST_INFO[hash], 'hex'), message]);
    return publicDecrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature).equals(
      expected,
    );
  } catch {
    return false;
  }
}

function parseAlgorithm(algorithm: string): { hash: Hash; pss: boolean } {
  if (!(SIGNING_ALGORITHMS as readonly string[]).includes(algorithm)) {
    throw new KmsError(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec RSA_4096.`,
    );
  }
  return { hash: `sha${algorithm.slice(-3)}` as Hash, pss: algorithm.includes('PSS') };
}

function padding(pss: boolean): { padding: number; saltLength?: number } {
  return pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
}

function checkRaw(message: Buffer): void {
  if (message.length === 0 || message.length > 4096) {
    throw new KmsError(
      'ValidationException',
      "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less than or equal to 4096",
    );
  }
}

function checkDigest(digest: Buffer, hash: Hash): void {
  if (digest.length !== createHash(hash).digest().length) {
    throw new KmsError('ValidationException', `Digest is invalid length for algorithm ${hash}.`);
  }
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with a salt as long as the hash. */
function pssEncode(digest: Buffer, hash: Hash, modulusBits: number): Buffer {
  const salt = randomBytes(digest.length);
  const length = Math.ceil((modulusBits - 1) / 8);
  const h = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const db = Buffer.concat([Buffer.alloc(length - salt.length - h.length - 2), Buffer.from([1]), salt]);
  const masked = xor(db, mgf1(h, db.length, hash));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - (modulusBits - 1)));
  return Buffer.concat([masked, h, Buffer.from([0xbc])]);
}

function mgf1(seed: Buffer, length: number, hash: Hash): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, bytes = 0; bytes < length; counter++) {
    const index = Buffer.alloc(4);
    index.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(index).digest();
    blocks.push(block);
    bytes += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, i) => byte ^ (right[i] ?? 0)));
}
