import { createPrivateKey, createPublicKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KmsError } from './aws-reply.js';
import { KeyPool } from './key-pool.js';

const ACCOUNT = '000000000000';
const REGION = 'eu-west-2';

export type KeySpec = 'RSA_4096' | 'SYMMETRIC_DEFAULT';
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

/** A KMS key as it is stored: `secret` is a PKCS#8 PEM for RSA, 32 bytes in base64 for a symmetric key. */
export interface StoredKey {
  readonly keyId: string;
  readonly spec: KeySpec;
  readonly description: string;
  readonly createdAtMs: number;
  readonly secret: string;
  state: KeyState;
  deletionAtMs?: number;
  tags: { TagKey: string; TagValue: string }[];
}

/** KMS keys and aliases. They survive a restart: each key has a file in the state directory. */
export class KeyStore {
  readonly #dir: string;
  readonly #pool: KeyPool;
  readonly #keys = new Map<string, StoredKey>();
  readonly #objects = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  #aliases: Record<string, string> = {};

  private constructor(dir: string, pool: KeyPool) {
    this.#dir = dir;
    this.#pool = pool;
  }

  static async open(dir: string, poolDir: string, spare: number): Promise<KeyStore> {
    await mkdir(dir, { recursive: true });
    const store = new KeyStore(dir, new KeyPool(poolDir, spare));
    for (const name of await readdir(dir)) {
      const text = name.endsWith('.json') ? await readFile(join(dir, name), 'utf8') : undefined;
      if (text === undefined) continue;
      if (name === 'aliases.json') store.#aliases = JSON.parse(text) as Record<string, string>;
      else {
        const key = JSON.parse(text) as StoredKey;
        store.#keys.set(key.keyId, key);
      }
    }
    await store.#pool.open();
    return store;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  list(): StoredKey[] {
    return [...this.#keys.values()];
  }

  aliases(): [string, string][] {
    return Object.entries(this.#aliases);
  }

  /** Finds a key by id, ARN, alias name or alias ARN. */
  resolve(keyId: string | undefined): StoredKey {
    if (!keyId)
      throw new KmsError(
        'ValidationException',
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
      );
    const name = keyId.startsWith('arn:')
      ? keyId.slice(keyId.lastIndexOf(':') + 1).replace(/^key\//, '')
      : keyId;
    const id = name.startsWith('alias/') ? this.#aliases[name] : name;
    const key = id === undefined ? undefined : this.#keys.get(id);
    if (key === undefined) {
      throw new KmsError(
        'NotFoundException',
        name.startsWith('alias/') ? `Alias ${keyId} is not found.` : `Key '${keyArn(name)}' does not exist`,
      );
    }
    return key;
  }

  async create(
    spec: KeySpec,
    description: string,
    tags: StoredKey['tags'],
    nowMs: number,
  ): Promise<StoredKey> {
    const key: StoredKey = {
      keyId: randomUUID(),
      spec,
      description,
      createdAtMs: nowMs,
      secret: spec === 'RSA_4096' ? await this.#pool.claim() : randomBytes(32).toString('base64'),
      state: 'Enabled',
      tags,
    };
    this.#keys.set(key.keyId, key);
    await this.save(key);
    return key;
  }

  async save(key: StoredKey): Promise<void> {
    await this.#write(`${key.keyId}.json`, key);
  }

  async setAlias(name: string, keyId: string): Promise<void> {
    this.#aliases[name] = keyId;
    await this.#write('aliases.json', this.#aliases);
  }

  /** The key pair of an RSA key, parsed once. */
  pairOf(key: StoredKey): { privateKey: KeyObject; publicKey: KeyObject } {
    let pair = this.#objects.get(key.keyId);
    if (pair === undefined) {
      const privateKey = createPrivateKey(key.secret);
      pair = { privateKey, publicKey: createPublicKey(privateKey) };
      this.#objects.set(key.keyId, pair);
    }
    return pair;
  }

  async #write(name: string, value: unknown): Promise<void> {
    const temporary = join(this.#dir, `${name}.${randomUUID()}.new`);
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600 });
    await rename(temporary, join(this.#dir, name));
  }
}

export function keyArn(keyId: string): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:key/${keyId}`;
}

export function aliasArn(name: string): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:${name}`;
}
