/**
 * AWS KMS: where signing keys live and never leave. The signer takes typed assertion requests, never bytes, so it
 * can't be made to sign anything else, and checks every signature against the public key stored at creation.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SignCommandOutput,
} from '@aws-sdk/client-kms';
import type { UnsignedJwt } from '@gatehouse/domain/apim/client-assertion';
import type { OpenIdAssertion, OpenIdAssertionAlgorithm } from '@gatehouse/domain/apim/openid-assertion';
import type { UnsignedCheckpoint } from '@gatehouse/domain/audit/checkpoint';
import { GatewayError } from '@gatehouse/domain/errors';
import type { UnsignedManifest } from '@gatehouse/domain/evidence/manifest';
import type { SigningKey } from '@gatehouse/domain/registry/registry';
import type { OutboundProxy } from '../outbound/outbound-proxy.js';
import { awsRequests } from '../outbound/aws-requests.js';
import type { SignAttempt } from './signature-record.js';
import type { CreatedSigningKey, KeyService, SigningKeyOwner } from './key-service.js';

export interface KmsOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly timeoutMs: number;
  readonly proxy: OutboundProxy | null;
  /** Hears of every signature, and of every request to sign that may have been one. */
  readonly onSign?: (attempt: SignAttempt) => void;
}

/** What is needed of a key to sign with it, and to check the signature. */
export type AssertionKey = Pick<SigningKey, 'kmsKeyArn' | 'publicJwk' | 'thumbprint'>;

/** `Gone`: KMS has no such key. Any other state is named as KMS names it. */
export interface KmsKeyState {
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion' | 'Gone' | (string & {});
  /** Epoch ms, of a key whose deletion is pending. */
  readonly deletesAtMs: number | null;
}

export interface Kms extends KeyService {
  /**
   * A compact JWS over the assertion, with the algorithm that its header names.
   * @throws GW_KEY_UNUSABLE if the key is disabled, gone, or signs as another key; GW_SIGNING_UNAVAILABLE otherwise
   */
  signAssertion(key: SigningKey, assertion: UnsignedJwt): Promise<string>;
  /** The same over an assertion for an identity provider. */
  signOpenIdAssertion(key: AssertionKey, assertion: OpenIdAssertion): Promise<string>;
  /** The same over a checkpoint of the audit trail. */
  signCheckpoint(key: AssertionKey, checkpoint: UnsignedCheckpoint): Promise<string>;
  /** The same over the manifest of an evidence pack. */
  signEvidence(key: AssertionKey, manifest: UnsignedManifest): Promise<string>;
  /**
   * The public half of an RSA key that was made outside Gatehouse.
   * @throws GW_KEY_UNUSABLE if there is no such RSA key, or it may not be read; GW_SIGNING_UNAVAILABLE otherwise
   */
  publicKey(kmsKeyArn: string): Promise<AssertionKey>;
  /** Whether the key may sign now: false once it is disabled or pending deletion. Throws if KMS can't be asked. */
  isUsable(kmsKeyArn: string): Promise<boolean>;
  /** @throws if KMS can't be asked, or this process may not ask about the key */
  keyState(kmsKeyArn: string): Promise<KmsKeyState>;
  /** Has KMS delete a key after `days` (7 to 30). @returns when, in epoch ms @throws if KMS refuses */
  scheduleDeletion(kmsKeyArn: string, days: number): Promise<number>;
  /** Keeps a key whose deletion is pending. It stays disabled. @throws if KMS refuses */
  cancelDeletion(kmsKeyArn: string): Promise<void>;
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

/** The name of each algorithm in KMS, and its hash. */
const ALGORITHMS = {
  RS256: { inKms: 'RSASSA_PKCS1_V1_5_SHA_256', hash: 'sha256' },
  RS512: { inKms: 'RSASSA_PKCS1_V1_5_SHA_512', hash: 'sha512' },
} as const satisfies Record<OpenIdAssertionAlgorithm, object>;

/** @returns the error that a caller of KMS gets for one of KMS's own */
function keyError(error: unknown): GatewayError {
  const name = error instanceof Error ? error.name : 'unknown';
  const code = PERMANENT.has(name) ? 'GW_KEY_UNUSABLE' : 'GW_SIGNING_UNAVAILABLE';
  return new GatewayError(code, { detail: name, cause: error });
}

export function openKms(options: KmsOptions): Kms {
  const client = new KMSClient({
    region: options.region,
    maxAttempts: 2,
    requestHandler: awsRequests(options.proxy),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  });
  const budget = () => ({ abortSignal: AbortSignal.timeout(options.timeoutMs) });
  const counts = { signs: 0, failures: 0 };
  const publicKeys = new Map<string, KeyObject>();

  const publicKeyOf = (key: AssertionKey): KeyObject => {
    let publicKey = publicKeys.get(key.thumbprint);
    if (publicKey === undefined) {
      publicKey = createPublicKey({ key: { ...key.publicJwk }, format: 'jwk' });
      publicKeys.set(key.thumbprint, publicKey);
    }
    return publicKey;
  };

  /** @param signingInput far below the 4,096 bytes that KMS takes of a RAW message */
  const sign = async (
    key: AssertionKey,
    signingInput: string,
    algorithm: OpenIdAssertionAlgorithm,
  ): Promise<Uint8Array> => {
    counts.signs += 1;
    const fromMs = Date.now();
    /** The SDK tries again by itself: KMS may have signed for a try whose answer was lost. */
    const noteLost = (tries: number) => {
      for (let lost = 0; lost < tries; lost++)
        options.onSign?.({ key: key.kmsKeyArn, unanswered: { fromMs, toMs: Date.now() } });
    };
    try {
      const answer = await client.send(
        new SignCommand({
          KeyId: key.kmsKeyArn,
          // RAW and not DIGEST: widely used emulators ignore DIGEST and hash the digest again.
          Message: Buffer.from(signingInput),
          MessageType: 'RAW',
          SigningAlgorithm: ALGORITHMS[algorithm].inKms,
        }),
        budget(),
      );
      const { requestId, attempts = 1 } = answer.$metadata;
      noteLost(requestId === undefined ? attempts : attempts - 1);
      if (requestId !== undefined) options.onSign?.({ key: answer.KeyId ?? key.kmsKeyArn, requestId });
      return answer.Signature ?? new Uint8Array();
    } catch (error) {
      counts.failures += 1;
      const { httpStatusCode, attempts = 1 } =
        (error as Partial<Pick<SignCommandOutput, '$metadata'>>).$metadata ?? {};
      // An answer that is an error is no signature; CloudTrail has it with an errorCode.
      noteLost(httpStatusCode === undefined ? attempts : attempts - 1);
      throw keyError(error);
    }
  };

  const signed = async (
    key: AssertionKey,
    { header, claims }: UnsignedJwt | OpenIdAssertion | UnsignedCheckpoint | UnsignedManifest,
  ) => {
    const signingInput = `${encode(header)}.${encode(claims)}`;
    const signature = await sign(key, signingInput, header.alg);
    if (!verify(ALGORITHMS[header.alg].hash, Buffer.from(signingInput), publicKeyOf(key), signature)) {
      throw new GatewayError('GW_KEY_UNUSABLE', { detail: 'KEY_MISMATCH' });
    }
    return `${signingInput}.${Buffer.from(signature).toString('base64url')}`;
  };

  const publicKeyIn = async (kmsKeyArn: string) => {
    const answer = await client.send(new GetPublicKeyCommand({ KeyId: kmsKeyArn }), budget());
    const der = Buffer.from(answer.PublicKey ?? new Uint8Array());
    return createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  };

  const createdKey = async (arn: string): Promise<CreatedSigningKey> => {
    const { n, e } = await publicKeyIn(arn);
    if (typeof n !== 'string' || typeof e !== 'string')
      throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'not an RSA key' });
    return { arn, publicJwk: { kty: 'RSA', n, e }, thumbprint: rsaThumbprint(n, e) };
  };

  /** Keys of other systems in the same account may not be read at all. */
  const isOfCreation = async (arn: string, creation: string): Promise<boolean> => {
    try {
      const { Tags: tags = [] } = await client.send(new ListResourceTagsCommand({ KeyId: arn }), budget());
      if (!tags.some(({ TagKey, TagValue }) => TagKey === CREATION_TAG && TagValue === creation))
        return false;
      const { KeyMetadata: key } = await client.send(new DescribeKeyCommand({ KeyId: arn }), budget());
      return key?.KeyState === 'Enabled';
    } catch (error) {
      if (error instanceof Error && PERMANENT.has(error.name)) return false;
      throw error;
    }
  };

  return {
    counts,

    signAssertion: signed,
    signOpenIdAssertion: signed,
    signCheckpoint: signed,
    signEvidence: signed,

    async publicKey(kmsKeyArn) {
      const { n, e } = await publicKeyIn(kmsKeyArn).catch((error: unknown) => {
        throw keyError(error);
      });
      if (typeof n !== 'string' || typeof e !== 'string')
        throw new GatewayError('GW_KEY_UNUSABLE', { detail: 'not an RSA key' });
      return { kmsKeyArn, publicJwk: { kty: 'RSA', n, e }, thumbprint: rsaThumbprint(n, e) };
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

    async createSigningKey(owner, creation) {
      const created = await client.send(
        new CreateKeyCommand({
          KeySpec: 'RSA_4096',
          KeyUsage: 'SIGN_VERIFY',
          ...describedFor(owner, creation),
        }),
        // Generating RSA-4096 takes a second or so, unlike every other call.
        { abortSignal: AbortSignal.timeout(Math.max(options.timeoutMs, 30_000)) },
      );
      const arn = created.KeyMetadata?.Arn;
      if (arn === undefined) throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'no key ARN' });
      return createdKey(arn);
    },

    async signingKeysOf(creation, knownArns) {
      const keys: CreatedSigningKey[] = [];
      let marker: string | undefined;
      do {
        const page = await client.send(
          new ListKeysCommand({ Limit: 1_000, ...(marker === undefined ? {} : { Marker: marker }) }),
          budget(),
        );
        for (const { KeyArn: arn } of page.Keys ?? [])
          if (arn !== undefined && !knownArns.has(arn) && (await isOfCreation(arn, creation)))
            keys.push(await createdKey(arn));
        marker = page.Truncated === true ? page.NextMarker : undefined;
      } while (marker !== undefined);
      return keys;
    },

    async disableKey(arn) {
      await client.send(new DisableKeyCommand({ KeyId: arn }), budget());
    },

    async keyState(kmsKeyArn) {
      try {
        const { KeyMetadata: key } = await client.send(
          new DescribeKeyCommand({ KeyId: kmsKeyArn }),
          budget(),
        );
        return { state: key?.KeyState ?? 'unknown', deletesAtMs: key?.DeletionDate?.getTime() ?? null };
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFoundException')
          return { state: 'Gone', deletesAtMs: null };
        throw error;
      }
    },

    async scheduleDeletion(kmsKeyArn, days) {
      const { DeletionDate: at } = await client.send(
        new ScheduleKeyDeletionCommand({ KeyId: kmsKeyArn, PendingWindowInDays: days }),
        budget(),
      );
      if (at === undefined) throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'no deletion date' });
      return at.getTime();
    },

    async cancelDeletion(kmsKeyArn) {
      await client.send(new CancelKeyDeletionCommand({ KeyId: kmsKeyArn }), budget());
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

const CREATION_TAG = 'gatehouse:creation';

function describedFor(owner: SigningKeyOwner, creation: string | undefined) {
  const tag = (name: string, value: string) => ({ TagKey: `gatehouse:${name}`, TagValue: value });
  const environment = tag('environment', owner.environment);
  const created = creation === undefined ? [] : [{ TagKey: CREATION_TAG, TagValue: creation }];
  if ('cis2ClientId' in owner)
    return {
      Description: `Gatehouse client assertions for NHS CIS2, ${owner.environment}`,
      Tags: [tag('cis2-client', owner.cis2ClientId), environment, ...created],
    };
  const { applicationId, odsCode } = owner;
  return {
    Description: `Gatehouse client assertions, ${owner.environment}, ${odsCode}`,
    Tags: [tag('application', applicationId), tag('organisation', odsCode), environment, ...created],
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
