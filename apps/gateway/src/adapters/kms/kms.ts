/**
 * AWS KMS: where signing keys live and never leave. The signer takes typed assertion requests, never bytes, so it
 * can't be made to sign anything else, and checks every signature against the public key stored at creation.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms';
import type { UnsignedJwt } from '@gatehouse/domain/apim/client-assertion';
import { GatewayError } from '@gatehouse/domain/errors';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import type { KeyService } from './key-service.js';

export interface KmsOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly timeoutMs: number;
}

export interface Kms extends KeyService {
  /**
   * A compact JWS (RS512) over the assertion.
   * @throws GW_KEY_UNUSABLE if the key is disabled, gone, or signs as another key; GW_SIGNING_UNAVAILABLE otherwise
   */
  signAssertion(key: SigningKey, assertion: UnsignedJwt): Promise<string>;
  /** Whether the key may sign now: false once it is disabled or pending deletion. Throws if KMS can't be asked. */
  isUsable(kmsKeyArn: string): Promise<boolean>;
  generateDataKey(
    keyId: string,
    context: Record<string, string>,
  ): Promise<{ plaintext: Buffer; wrapped: Buffer }>;
  decrypt(wrapped: Buffer, context: Record<string, string>): Promise<Buffer>;
  readonly counts: { signs: number; failures: number };
  close(): void;
}

/** KMS's own word that this key will not sign until somebody acts. */
const PERMANENT = new Set([
  'AccessDeniedException',
  'DisabledException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
]);

export function openKms(options: KmsOptions): Kms {
  const client = new KMSClient({
    region: options.region,
    maxAttempts: 2,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  });
  const budget = () => ({ abortSignal: AbortSignal.timeout(options.timeoutMs) });
  const counts = { signs: 0, failures: 0 };
  const publicKeys = new Map<string, KeyObject>();

  const publicKeyOf = (key: SigningKey): KeyObject => {
    let publicKey = publicKeys.get(key.thumbprint);
    if (publicKey === undefined) {
      publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
      publicKeys.set(key.thumbprint, publicKey);
    }
    return publicKey;
  };

  /** @param signingInput far below the 4,096 bytes that KMS takes of a RAW message */
  const sign = async (key: SigningKey, signingInput: string): Promise<Uint8Array> => {
    counts.signs += 1;
    try {
      const answer = await client.send(
        new SignCommand({
          KeyId: key.kmsKeyArn,
          // RAW and not DIGEST: widely used emulators ignore DIGEST and hash the digest again.
          Message: Buffer.from(signingInput),
          MessageType: 'RAW',
          SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512',
        }),
        budget(),
      );
      return answer.Signature ?? new Uint8Array();
    } catch (error) {
      counts.failures += 1;
      const name = error instanceof Error ? error.name : 'unknown';
      const code = PERMANENT.has(name) ? 'GW_KEY_UNUSABLE' : 'GW_SIGNING_UNAVAILABLE';
      throw new GatewayError(code, { detail: name, cause: error });
    }
  };

  return {
    counts,

    async signAssertion(key, assertion) {
      const signingInput = `${encode(assertion.header)}.${encode(assertion.claims)}`;
      const signature = await sign(key, signingInput);
      if (!verify('sha512', Buffer.from(signingInput), publicKeyOf(key), signature)) {
        throw new GatewayError('GW_KEY_UNUSABLE', { detail: 'KEY_MISMATCH' });
      }
      return `${signingInput}.${Buffer.from(signature).toString('base64url')}`;
    },

    async isUsable(kmsKeyArn) {
      try {
        const answer = await client.send(new DescribeKeyCommand({ KeyId: kmsKeyArn }), budget());
        return answer.KeyMetadata?.KeyState === 'Enabled';
      } catch (error) {
        if (error instanceof Error && PERMANENT.has(error.name)) return false;
        throw error;
      }
    },

    async createSigningKey({ applicationId, odsCode, environment }) {
      const created = await client.send(
        new CreateKeyCommand({
          KeySpec: 'RSA_4096',
          KeyUsage: 'SIGN_VERIFY',
          Description: `Gatehouse client assertions, ${environment}, ${odsCode}`,
          Tags: [
            { TagKey: 'gatehouse:application', TagValue: applicationId },
            { TagKey: 'gatehouse:organisation', TagValue: odsCode },
            { TagKey: 'gatehouse:environment', TagValue: environment },
          ],
        }),
        // Generating RSA-4096 takes a second or so, unlike every other call.
        { abortSignal: AbortSignal.timeout(Math.max(options.timeoutMs, 30_000)) },
      );
      const arn = created.KeyMetadata?.Arn;
      if (arn === undefined) throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'no key ARN' });
      const answer = await client.send(new GetPublicKeyCommand({ KeyId: arn }), budget());
      const der = Buffer.from(answer.PublicKey ?? new Uint8Array());
      const { n, e } = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' });
      if (typeof n !== 'string' || typeof e !== 'string') {
        throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'not an RSA key' });
      }
      return { arn, publicJwk: { kty: 'RSA', n, e }, thumbprint: rsaThumbprint(n, e) };
    },

    async generateDataKey(keyId, context) {
      const answer = await client.send(
        new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: context }),
        budget(),
      );
      return {
        plaintext: Buffer.from(answer.Plaintext ?? new Uint8Array()),
        wrapped: Buffer.from(answer.CiphertextBlob ?? new Uint8Array()),
      };
    },

    async decrypt(wrapped, context) {
      const answer = await client.send(
        new DecryptCommand({ CiphertextBlob: wrapped, EncryptionContext: context }),
        budget(),
      );
      return Buffer.from(answer.Plaintext ?? new Uint8Array());
    },

    close() {
      client.destroy();
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** RFC 7638: SHA-256 over the required members in lexicographic order. */
export function rsaThumbprint(n: string, e: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}
