import { randomBytes } from 'node:crypto';
import type { Exchange } from '../wire/exchange.js';
import type { World } from '../world.js';
import { KmsError } from './aws-reply.js';
import { keyOf, seal, unseal, type EncryptionContext } from './envelopes.js';
import { aliasArn, keyArn, type KeySpec, type StoredKey } from './key-store.js';
import { kmsSign, kmsVerify, SIGNING_ALGORITHMS, type MessageType } from './signatures.js';

/** The members of a request that the actions read; blobs are in base64. */
export interface KmsInput {
  KeyId?: string;
  KeySpec?: string;
  CustomerMasterKeySpec?: string;
  KeyUsage?: string;
  Description?: string;
  Tags?: StoredKey['tags'];
  Message?: string;
  MessageType?: MessageType;
  SigningAlgorithm?: string;
  Signature?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: EncryptionContext;
  NumberOfBytes?: number;
  PendingWindowInDays?: number;
  AliasName?: string;
  TargetKeyId?: string;
}

type Action = (world: World, input: KmsInput, exchange: Exchange) => unknown;

/** The actions of the simulated KMS, by the name after `TrentService.` */
export const KMS_ACTIONS: Readonly<Record<string, Action>> = {
  async CreateKey(world, input) {
    const spec = (input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT') as KeySpec;
    const usage = input.KeyUsage ?? (spec === 'SYMMETRIC_DEFAULT' ? 'ENCRYPT_DECRYPT' : undefined);
    if (
      !(spec === 'RSA_4096' && usage === 'SIGN_VERIFY') &&
      !(spec === 'SYMMETRIC_DEFAULT' && usage === 'ENCRYPT_DECRYPT')
    ) {
      throw new KmsError(
        'UnsupportedOperationException',
        `the simulator has no keys of spec ${spec} with usage ${String(usage)}`,
      );
    }
    const key = await world.keys.create(spec, input.Description ?? '', input.Tags ?? [], world.clock.nowMs());
    return { KeyMetadata: metadata(key) };
  },
  DescribeKey: (world, input) => ({ KeyMetadata: metadata(world.keys.resolve(input.KeyId)) }),
  GetPublicKey(world, input) {
    const key = usable(world.keys.resolve(input.KeyId), 'RSA_4096');
    const der = world.keys.pairOf(key).publicKey.export({ type: 'spki', format: 'der' });
    return {
      KeyId: keyArn(key.keyId),
      PublicKey: der.toString('base64'),
      KeySpec: key.spec,
      CustomerMasterKeySpec: key.spec,
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: SIGNING_ALGORITHMS,
    };
  },
  async Sign(world, input, exchange) {
    const key = usable(world.keys.resolve(input.KeyId), 'RSA_4096');
    const algorithm = required(input.SigningAlgorithm, 'signingAlgorithm');
    const message = Buffer.from(required(input.Message, 'message'), 'base64');
    const signer = exchange.scenario === 'kms-wrong-key' ? await otherKey(world, key) : key;
    const used = exchange.scenario === 'kms-wrong-algorithm' ? 'RSASSA_PKCS1_V1_5_SHA_256' : algorithm;
    // Widely used emulators hash every message, even one that is a digest already.
    const hashesAlways =
      exchange.scenario === 'kms-wrong-algorithm' || exchange.scenario === 'kms-ignores-digest';
    const type = hashesAlways ? 'RAW' : (input.MessageType ?? 'RAW');
    const signature = await kmsSign(world.keys.pairOf(signer).privateKey, used, message, type);
    world.requests.counters.kmsSigns += 1;
    const sent = exchange.scenario === 'kms-truncated' ? signature.subarray(0, -1) : signature;
    return { KeyId: keyArn(key.keyId), Signature: sent.toString('base64'), SigningAlgorithm: algorithm };
  },
  Verify(world, input) {
    const key = usable(world.keys.resolve(input.KeyId), 'RSA_4096');
    const algorithm = required(input.SigningAlgorithm, 'signingAlgorithm');
    const signature = Buffer.from(required(input.Signature, 'signature'), 'base64');
    const message = Buffer.from(required(input.Message, 'message'), 'base64');
    if (
      !kmsVerify(world.keys.pairOf(key).publicKey, algorithm, message, input.MessageType ?? 'RAW', signature)
    ) {
      throw new KmsError('KMSInvalidSignatureException', '');
    }
    return { KeyId: keyArn(key.keyId), SignatureValid: true, SigningAlgorithm: algorithm };
  },
  EnableKey: (world, input) => setState(world, input, 'Enabled'),
  DisableKey: (world, input) => setState(world, input, 'Disabled'),
  async ScheduleKeyDeletion(world, input) {
    const key = notPending(world.keys.resolve(input.KeyId));
    const days = input.PendingWindowInDays ?? 30;
    if (days < 7 || days > 30)
      throw new KmsError(
        'ValidationException',
        "Value at 'pendingWindowInDays' failed to satisfy constraint",
      );
    key.state = 'PendingDeletion';
    key.deletionAtMs = world.clock.nowMs() + days * 86_400_000;
    await world.keys.save(key);
    return {
      KeyId: keyArn(key.keyId),
      DeletionDate: key.deletionAtMs / 1000,
      KeyState: key.state,
      PendingWindowInDays: days,
    };
  },
  async CancelKeyDeletion(world, input) {
    const key = world.keys.resolve(input.KeyId);
    if (key.state !== 'PendingDeletion')
      throw new KmsError('KMSInvalidStateException', `${keyArn(key.keyId)} is not pending deletion.`);
    // As in AWS, a key whose deletion is cancelled is disabled.
    key.state = 'Disabled';
    delete key.deletionAtMs;
    await world.keys.save(key);
    return { KeyId: keyArn(key.keyId) };
  },
  GenerateDataKey(world, input) {
    const key = usable(world.keys.resolve(input.KeyId), 'SYMMETRIC_DEFAULT');
    const bytes = input.KeySpec === 'AES_128' ? 16 : input.KeySpec === 'AES_256' ? 32 : input.NumberOfBytes;
    if (bytes === undefined)
      throw new KmsError('ValidationException', 'Please specify either number of bytes or key spec.');
    const plaintext = randomBytes(bytes);
    return {
      KeyId: keyArn(key.keyId),
      Plaintext: plaintext.toString('base64'),
      CiphertextBlob: seal(key, plaintext, input.EncryptionContext ?? {}).toString('base64'),
    };
  },
  Encrypt(world, input) {
    const key = usable(world.keys.resolve(input.KeyId), 'SYMMETRIC_DEFAULT');
    const plaintext = Buffer.from(required(input.Plaintext, 'plaintext'), 'base64');
    if (plaintext.length > 4096)
      throw new KmsError(
        'ValidationException',
        "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
      );
    return {
      KeyId: keyArn(key.keyId),
      CiphertextBlob: seal(key, plaintext, input.EncryptionContext ?? {}).toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
  Decrypt(world, input) {
    const blob = Buffer.from(required(input.CiphertextBlob, 'ciphertextBlob'), 'base64');
    const key = usable(keyOf(world.keys, blob), 'SYMMETRIC_DEFAULT');
    if (input.KeyId !== undefined && world.keys.resolve(input.KeyId).keyId !== key.keyId) {
      throw new KmsError(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    }
    return {
      KeyId: keyArn(key.keyId),
      Plaintext: unseal(key, blob, input.EncryptionContext ?? {}).toString('base64'),
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    };
  },
  async CreateAlias(world, input) {
    const name = required(input.AliasName, 'aliasName');
    const key = notPending(world.keys.resolve(input.TargetKeyId));
    if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name))
      throw new KmsError('InvalidAliasNameException', 'Alias must start with the prefix "alias/".');
    if (world.keys.aliases().some(([known]) => known === name))
      throw new KmsError('AlreadyExistsException', `An alias with the name ${aliasArn(name)} already exists`);
    await world.keys.setAlias(name, key.keyId);
    return {};
  },
  ListAliases: (world, input) => ({
    Truncated: false,
    Aliases: world.keys
      .aliases()
      .filter(([, keyId]) => input.KeyId === undefined || world.keys.resolve(input.KeyId).keyId === keyId)
      .map(([name, keyId]) => ({ AliasName: name, AliasArn: aliasArn(name), TargetKeyId: keyId })),
  }),
  async TagResource(world, input) {
    const key = notPending(world.keys.resolve(input.KeyId));
    const added = input.Tags ?? [];
    key.tags = [...key.tags.filter((tag) => !added.some(({ TagKey }) => TagKey === tag.TagKey)), ...added];
    await world.keys.save(key);
    return {};
  },
  ListResourceTags: (world, input) => ({ Truncated: false, Tags: world.keys.resolve(input.KeyId).tags }),
  ListKeys: (world) => ({
    Truncated: false,
    Keys: world.keys.list().map(({ keyId }) => ({ KeyId: keyId, KeyArn: keyArn(keyId) })),
  }),
};

function metadata(key: StoredKey) {
  const signing = key.spec === 'RSA_4096';
  return {
    AWSAccountId: keyArn('').split(':')[4],
    KeyId: key.keyId,
    Arn: keyArn(key.keyId),
    CreationDate: key.createdAtMs / 1000,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: signing ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    ...(key.deletionAtMs === undefined ? {} : { DeletionDate: key.deletionAtMs / 1000 }),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    ...(signing
      ? { SigningAlgorithms: SIGNING_ALGORITHMS }
      : { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }),
    MultiRegion: false,
  };
}

function usable(key: StoredKey, spec: KeySpec): StoredKey {
  const arn = keyArn(key.keyId);
  notPending(key);
  if (key.state === 'Disabled') throw new KmsError('DisabledException', `${arn} is disabled.`);
  if (key.spec !== spec)
    throw new KmsError(
      'InvalidKeyUsageException',
      `${arn} key usage is ${key.spec === 'RSA_4096' ? 'SIGN_VERIFY' : 'ENCRYPT_DECRYPT'} which is not valid for this operation.`,
    );
  return key;
}

function notPending(key: StoredKey): StoredKey {
  if (key.state === 'PendingDeletion')
    throw new KmsError('KMSInvalidStateException', `${keyArn(key.keyId)} is pending deletion.`);
  return key;
}

async function setState(world: World, input: KmsInput, state: 'Enabled' | 'Disabled'): Promise<object> {
  const key = notPending(world.keys.resolve(input.KeyId));
  key.state = state;
  await world.keys.save(key);
  return {};
}

async function otherKey(world: World, key: StoredKey): Promise<StoredKey> {
  const other = world.keys.list().find(({ keyId, spec }) => keyId !== key.keyId && spec === 'RSA_4096');
  return (
    other ?? (await world.keys.create('RSA_4096', 'signs in place of another key', [], world.clock.nowMs()))
  );
}

function required(value: string | undefined, member: string): string {
  if (value === undefined) {
    throw new KmsError(
      'ValidationException',
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}
