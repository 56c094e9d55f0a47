import { createPublicKey, constants, createHash, verify } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHarness, type Harness } from '../testing/harness.js';
import { KeyPool } from './key-pool.js';
import { KeyStore } from './key-store.js';

let h: Harness;
let stateDir: string;
let signing: string;
let sealing: string;

type Answer = { status: number; json: Record<string, unknown> };
async function kms(action: string, input: object, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(h.sim.kmsUrl, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `TrentService.${action}`,
      Authorization: 'AWS4-HMAC-SHA256 Credential=x',
      ...headers,
    },
    body: JSON.stringify(input),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}
const text = (answer: Answer, member: string) => String(answer.json[member]);
const bytes = (answer: Answer, member: string) => Buffer.from(text(answer, member), 'base64');
const keyIdOf = (answer: Answer) => (answer.json['KeyMetadata'] as { KeyId: string }).KeyId;
const b64 = (value: string | Buffer) => Buffer.from(value).toString('base64');

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'simulator-kms-'));
  h = await startHarness({ stateDir });
  signing = keyIdOf(
    await kms('CreateKey', {
      KeySpec: 'RSA_4096',
      KeyUsage: 'SIGN_VERIFY',
      Tags: [{ TagKey: 'binding', TagValue: 'one' }],
    }),
  );
  sealing = keyIdOf(await kms('CreateKey', {}));
}, 30_000);
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await rm(stateDir, { recursive: true, force: true });
});

const publicKey = async () =>
  createPublicKey({
    key: bytes(await kms('GetPublicKey', { KeyId: signing }), 'PublicKey'),
    format: 'der',
    type: 'spki',
  });
const sign = (input: object) =>
  kms('Sign', {
    KeyId: signing,
    SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512',
    Message: b64('message'),
    ...input,
  });

describe('signing', () => {
  const algorithms = ['RSASSA_PKCS1_V1_5', 'RSASSA_PSS'].flatMap((scheme) =>
    ['256', '384', '512'].flatMap((bits) =>
      (['RAW', 'DIGEST'] as const).map((type) => [`${scheme}_SHA_${bits}`, type] as const),
    ),
  );
  it.each(algorithms)('%s of a %s verifies with node:crypto', async (algorithm, type) => {
    const hash = `sha${algorithm.slice(-3)}`;
    const message = Buffer.from('message');
    const answer = await sign({
      SigningAlgorithm: algorithm,
      MessageType: type,
      Message: b64(type === 'RAW' ? message : createHash(hash).update(message).digest()),
    });
    const signature = bytes(answer, 'Signature');
    const padding = algorithm.includes('PSS')
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
    expect(signature).toHaveLength(512);
    expect(verify(hash, message, { key: await publicKey(), ...padding }, signature)).toBe(true);
    expect(
      (
        await kms('Verify', {
          KeyId: signing,
          SigningAlgorithm: algorithm,
          Message: b64(message),
          Signature: text(answer, 'Signature'),
        })
      ).json['SignatureValid'],
    ).toBe(true);
  });
  it('rejects the signature of another message', async () => {
    const answer = await kms('Verify', {
      KeyId: signing,
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_512',
      Message: b64('other'),
      Signature: text(await sign({}), 'Signature'),
    });
    expect([answer.status, answer.json['__type']]).toEqual([400, 'KMSInvalidSignatureException']);
  });
  it.each<[string, object, string]>([
    ['an algorithm of another key', { SigningAlgorithm: 'ECDSA_SHA_256' }, 'InvalidKeyUsageException'],
    ['a digest of the wrong length', { MessageType: 'DIGEST', Message: b64('short') }, 'ValidationException'],
    ['a message over 4,096 bytes', { Message: b64('x'.repeat(4097)) }, 'ValidationException'],
    ['a key nobody made', { KeyId: '00000000-0000-0000-0000-000000000000' }, 'NotFoundException'],
  ])('refuses %s', async (_name, input, type) => {
    const answer = await sign(input);
    expect([answer.status, answer.json['__type']]).toEqual([400, type]);
  });
  it('rejects a key for encryption', async () => {
    expect((await sign({ KeyId: sealing })).json['__type']).toBe('InvalidKeyUsageException');
  });
});

describe('envelopes', () => {
  const seal = (context: object) =>
    kms('Encrypt', { KeyId: sealing, Plaintext: b64('secret'), EncryptionContext: context });
  it('are decrypted with the same context, in any order', async () => {
    const sealed = text(await seal({ a: '1', b: '2' }), 'CiphertextBlob');
    expect(
      bytes(
        await kms('Decrypt', { CiphertextBlob: sealed, EncryptionContext: { b: '2', a: '1' } }),
        'Plaintext',
      ).toString(),
    ).toBe('secret');
  });
  it.each([{}, { a: '2' }, { a: '1', b: '2' }])('are bound to their context: %j fails', async (context) => {
    const sealed = text(await seal({ a: '1' }), 'CiphertextBlob');
    expect(
      (await kms('Decrypt', { CiphertextBlob: sealed, EncryptionContext: context })).json['__type'],
    ).toBe('InvalidCiphertextException');
  });
  it('are rejected if they were changed, or if another key is used', async () => {
    const sealed = bytes(await seal({}), 'CiphertextBlob');
    const other = keyIdOf(await kms('CreateKey', {}));
    expect((await kms('Decrypt', { CiphertextBlob: b64(sealed), KeyId: other })).json['__type']).toBe(
      'IncorrectKeyException',
    );
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect((await kms('Decrypt', { CiphertextBlob: b64(sealed) })).json['__type']).toBe(
      'InvalidCiphertextException',
    );
  });
  it('carry data keys', async () => {
    const made = await kms('GenerateDataKey', {
      KeyId: sealing,
      KeySpec: 'AES_256',
      EncryptionContext: { tenant: 'R69' },
    });
    expect(bytes(made, 'Plaintext')).toHaveLength(32);
    expect(
      text(
        await kms('Decrypt', {
          CiphertextBlob: text(made, 'CiphertextBlob'),
          EncryptionContext: { tenant: 'R69' },
        }),
        'Plaintext',
      ),
    ).toBe(text(made, 'Plaintext'));
  });
});

describe('a key', () => {
  it('can be disabled and enabled', async () => {
    await kms('DisableKey', { KeyId: signing });
    expect([
      (await sign({})).json['__type'],
      (await kms('GetPublicKey', { KeyId: signing })).json['__type'],
    ]).toEqual(['DisabledException', 'DisabledException']);
    expect((await kms('DescribeKey', { KeyId: signing })).json['KeyMetadata']).toMatchObject({
      Enabled: false,
      KeyState: 'Disabled',
    });
    await kms('EnableKey', { KeyId: signing });
    expect((await sign({})).status).toBe(200);
  });
  it('that is pending deletion refuses everything, and is disabled after the deletion is cancelled', async () => {
    const key = keyIdOf(await kms('CreateKey', {}));
    await kms('ScheduleKeyDeletion', { KeyId: key, PendingWindowInDays: 7 });
    for (const action of ['Encrypt', 'EnableKey', 'DisableKey', 'TagResource']) {
      expect((await kms(action, { KeyId: key, Plaintext: b64('x') })).json['__type']).toBe(
        'KMSInvalidStateException',
      );
    }
    await kms('CancelKeyDeletion', { KeyId: key });
    expect((await kms('Encrypt', { KeyId: key, Plaintext: b64('x') })).json['__type']).toBe(
      'DisabledException',
    );
  });
  it('has aliases and tags', async () => {
    expect((await kms('CreateAlias', { AliasName: 'alias/r69', TargetKeyId: signing })).status).toBe(200);
    expect((await kms('CreateAlias', { AliasName: 'alias/r69', TargetKeyId: signing })).json['__type']).toBe(
      'AlreadyExistsException',
    );
    expect((await kms('ListAliases', {})).json['Aliases']).toMatchObject([
      { AliasName: 'alias/r69', TargetKeyId: signing },
    ]);
    expect((await sign({ KeyId: 'alias/r69' })).status).toBe(200);
    await kms('TagResource', { KeyId: signing, Tags: [{ TagKey: 'state', TagValue: 'next' }] });
    expect((await kms('ListResourceTags', { KeyId: signing })).json['Tags']).toEqual([
      { TagKey: 'binding', TagValue: 'one' },
      { TagKey: 'state', TagValue: 'next' },
    ]);
    expect(JSON.stringify((await kms('ListKeys', {})).json)).toContain(signing);
  });
});

describe('the endpoint', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['no signature', 'ListKeys', { Authorization: 'Bearer x' }, 'MissingAuthenticationTokenException'],
    ['an action it does not have', 'ReplicateKey', {}, 'UnknownOperationException'],
    ['a name of Object.prototype', 'constructor', {}, 'UnknownOperationException'],
  ])('refuses %s', async (_name, action, headers, type) => {
    const answer = await kms(action, {}, headers);
    expect([answer.status, answer.json['__type']]).toEqual([400, type]);
  });
  it('records each request with action and key, and counts signatures', async () => {
    const before = (await h.counters()).kmsSigns;
    await sign({});
    expect((await h.counters()).kmsSigns).toBe(before + 1);
    expect((await h.requests()).at(-1)).toMatchObject({
      target: 'kms',
      kmsAction: 'Sign',
      keyId: signing,
      status: 200,
    });
  });
  it.each<[string, object, (answer: Answer, good: Answer) => void]>([
    [
      'ThrottlingException',
      { kmsError: 'ThrottlingException' },
      (answer) => expect([answer.status, answer.json['__type']]).toEqual([400, 'ThrottlingException']),
    ],
    [
      'KMSInternalException',
      { kmsError: 'KMSInternalException' },
      (answer) => expect(answer.status).toBe(500),
    ],
    [
      'a truncated signature',
      { scenario: 'kms-truncated' },
      (answer) => expect(bytes(answer, 'Signature')).toHaveLength(511),
    ],
    [
      'a signature by another key',
      { scenario: 'kms-wrong-key' },
      (answer, good) => {
        expect(bytes(answer, 'Signature')).toHaveLength(512);
        expect(text(answer, 'Signature')).not.toBe(text(good, 'Signature'));
      },
    ],
    [
      'another algorithm under the same name',
      { scenario: 'kms-wrong-algorithm' },
      (answer, good) => {
        expect(answer.json['SigningAlgorithm']).toBe('RSASSA_PKCS1_V1_5_SHA_512');
        expect(text(answer, 'Signature')).not.toBe(text(good, 'Signature'));
      },
    ],
  ])(
    'injects %s, for one action only',
    async (_name, fault, check) => {
      const good = await sign({});
      await h.control('POST', '/faults', { target: 'kms', match: { kmsAction: 'Sign' }, times: 1, fault });
      expect((await kms('ListKeys', {})).status).toBe(200);
      check(await sign({}), good);
      expect((await sign({})).json['Signature']).toBe(good.json['Signature']);
    },
    20_000,
  );
});

it('keys, states, tags and aliases survive a restart', async () => {
  const before = await sign({});
  const sealed = text(await kms('Encrypt', { KeyId: sealing, Plaintext: b64('kept') }), 'CiphertextBlob');
  await kms('DisableKey', { KeyId: sealing });
  await h[Symbol.asyncDispose]();
  h = await startHarness({ stateDir });
  expect((await sign({ KeyId: 'alias/r69' })).json['Signature']).toBe(before.json['Signature']);
  expect((await kms('Decrypt', { CiphertextBlob: sealed })).json['__type']).toBe('DisabledException');
  await kms('EnableKey', { KeyId: sealing });
  expect(bytes(await kms('Decrypt', { CiphertextBlob: sealed }), 'Plaintext').toString()).toBe('kept');
});

it('two pools on one directory never claim the same spare key', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'simulator-pool-'));
  const filler = new KeyPool(dir, 2);
  await filler.open();
  await filler.close();
  // Closing waits for the key that is being generated, so at least one is there.
  expect((await readdir(dir)).filter((name) => name.startsWith('spare-')).length).toBeGreaterThanOrEqual(1);
  const pools = [new KeyPool(dir, 0), new KeyPool(dir, 0)];
  await Promise.all(pools.map((pool) => pool.open()));
  const [one, two] = await Promise.all(pools.map((pool) => pool.claim()));
  expect(one).not.toBe(two);
  await rm(dir, { recursive: true, force: true });
}, 30_000);

it('a store opened on an empty directory has no keys', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'simulator-store-'));
  const store = await KeyStore.open(join(dir, 'kms'), join(dir, 'pool'), 0);
  expect(store.list()).toEqual([]);
  await store.close();
  await rm(dir, { recursive: true, force: true });
});
