/**
 * The data keys under which tokens and names of users are sealed: one for each day, wrapped by KMS in `user_data_key`.
 * The id of a key is its day, so replicas that race for a new day's key agree on one row. While KMS is away, a replica
 * goes on with the newest key that it has in memory.
 */
import { GatewayError } from '@gatehouse/domain/errors';
import type pg from 'pg';
import type { DataKeys } from '../kms/secret-box.js';

export interface UserDataKeys {
  /** The key to seal with. @throws GW_SIGNING_UNAVAILABLE */
  newest(): Promise<{ readonly id: string; readonly bytes: Uint8Array }>;
  /** Null if it was deleted, or never existed. @throws GW_SIGNING_UNAVAILABLE */
  byId(id: string): Promise<Uint8Array | null>;
}

export interface UserDataKeyOptions {
  readonly database: pg.Pool;
  readonly kms: DataKeys;
  readonly kmsKeyId: string;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** A key that could not be replaced seals for so many days. */
const SEALS_DAYS = 2;
/** Nothing that a key sealed lives longer than a session does, which is half a day. */
const KEPT_DAYS = SEALS_DAYS + 1;
/** Between two requests to KMS for a new day's key, while yesterday's goes on. */
const PAUSE_MS = 30_000;

export function createUserDataKeys(options: UserDataKeyOptions): UserDataKeys {
  const { database, kms, kmsKeyId, now } = options;
  const keys = new Map<string, Promise<Uint8Array | null>>();
  let retryAtMs = 0;

  /** One request to KMS for each key, however many callers need it. A request that fails is forgotten. */
  const once = (id: string, load: () => Promise<Uint8Array | null>): Promise<Uint8Array | null> => {
    const known = keys.get(id);
    if (known !== undefined) return known;
    const loading = load();
    keys.set(id, loading);
    const forget = (): void => {
      if (keys.get(id) === loading) keys.delete(id);
    };
    loading.then((key) => {
      if (key === null) forget();
    }, forget);
    return loading;
  };

  async function load(id: string): Promise<Uint8Array | null> {
    const { rows } = await database.query<{ wrapped: Buffer }>(
      'SELECT wrapped FROM user_data_key WHERE id = $1',
      [id],
    );
    const [row] = rows;
    return row === undefined ? null : fromKms(kms.decrypt(row.wrapped, contextOf(id)));
  }

  async function create(id: string): Promise<Uint8Array | null> {
    const known = await load(id);
    if (known !== null) return known;
    const { plaintext, wrapped } = await fromKms(kms.generateDataKey(kmsKeyId, contextOf(id)));
    const { rowCount } = await database.query(
      'INSERT INTO user_data_key (id, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [id, wrapped, new Date(now())],
    );
    await deleteOld();
    return rowCount === 1 ? plaintext : load(id);
  }

  async function deleteOld(): Promise<void> {
    const oldestMs = now() - KEPT_DAYS * DAY_MS;
    for (const id of keys.keys()) if (id < keyOfDay(oldestMs)) keys.delete(id);
    await database.query('DELETE FROM user_data_key WHERE created_at < $1', [new Date(oldestMs)]);
  }

  async function ofToday(nowMs: number) {
    const id = keyOfDay(nowMs);
    const bytes = await once(id, () => create(id));
    if (bytes === null) throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail: 'no data key' });
    return { id, bytes };
  }

  /** Yesterday's, if this process has it in memory. */
  async function before(nowMs: number) {
    const id = keyOfDay(nowMs - (SEALS_DAYS - 1) * DAY_MS);
    const bytes = (await keys.get(id)?.catch(() => null)) ?? null;
    return bytes === null ? null : { id, bytes };
  }

  return {
    async newest() {
      const nowMs = now();
      if (nowMs < retryAtMs && !keys.has(keyOfDay(nowMs))) {
        const older = await before(nowMs);
        if (older !== null) return older;
      }
      try {
        return await ofToday(nowMs);
      } catch (error) {
        const older = await before(nowMs);
        if (older === null) throw error;
        retryAtMs = nowMs + PAUSE_MS;
        return older;
      }
    },
    byId: (id) => once(id, () => load(id)),
  };
}

/** The id of a day's key: a UUID (RFC 9562, version 8) that begins with the day in UTC. */
function keyOfDay(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')}-0000-8000-8000-000000000000`;
}

export function dataKeyIdOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

async function fromKms<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    const detail = cause instanceof Error ? cause.name : 'unknown';
    throw new GatewayError('GW_SIGNING_UNAVAILABLE', { detail, cause });
  });
}

function contextOf(id: string): Record<string, string> {
  return { purpose: 'gatehouse-user-tokens', row: id };
}
