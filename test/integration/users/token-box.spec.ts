/** What is sealed of users opens in its own place alone, under a key of its day that KMS unwraps once for a replica. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Kms, openKms } from '../../../apps/gateway/src/adapters/kms/kms.ts';
import { createUserDataKeys } from '../../../apps/gateway/src/adapters/users/data-keys.ts';
import {
  createTokenBox,
  SealBroken,
  type SealedPlace,
  type TokenBox,
} from '../../../apps/gateway/src/adapters/users/token-box.ts';
import { createDatabase, type TestDatabase } from '../../support/servers/postgres.ts';
import { SETTINGS_VARIABLE } from '../../support/servers/simulator-server.ts';

const DAY_MS = 86_400_000;
const SECRET = 'a-refresh-token-0123456789';

let database: TestDatabase;
let pool: pg.Pool;
let kms: Kms;
let kmsKeyId: string;
let nowMs: number;
let kmsIsAway: boolean;
const calls = { generated: 0, decrypted: 0 };

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.appUrl, max: 4 });
  const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as Record<string, string>;
  kms = openKms({
    region: 'eu-west-2',
    endpoint: settings['AWS_ENDPOINT_URL_KMS'],
    timeoutMs: 20_000,
    proxy: null,
  });
  kmsKeyId = settings['GATEHOUSE_AUDIT_KMS_KEY'] ?? '';
});
afterAll(async () => {
  kms.close();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query('DELETE FROM user_data_key');
  [nowMs, kmsIsAway] = [Date.UTC(2026, 10, 28, 23), false];
  Object.assign(calls, { generated: 0, decrypted: 0 });
});

/** A box with nothing in memory, as a replica has that has just started. */
function replica(): TokenBox {
  const answer = async <T>(call: () => Promise<T>): Promise<T> => {
    if (kmsIsAway) throw new Error('KMS is away');
    return call();
  };
  const keys = createUserDataKeys({
    database: pool,
    kmsKeyId,
    now: () => nowMs,
    kms: {
      generateDataKey: (id, context) => {
        calls.generated += 1;
        return answer(() => kms.generateDataKey(id, context));
      },
      decrypt: (wrapped, context) => {
        calls.decrypted += 1;
        return answer(() => kms.decrypt(wrapped, context));
      },
    },
  });
  return createTokenBox(keys);
}

const place = (change: Partial<SealedPlace> = {}): SealedPlace => ({
  environment: 'int',
  ownerId: '11111111-1111-4111-8111-111111111111',
  applicationId: '22222222-2222-4222-8222-222222222222',
  kind: 'refresh',
  generation: 3,
  ...change,
});

describe('what is sealed', () => {
  it('opens on another replica, and cannot be read without', async () => {
    const sealed = await replica().seal(SECRET, place());
    expect(Buffer.from(sealed).toString('latin1')).not.toContain(SECRET);
    expect(await replica().open(sealed, place())).toBe(SECRET);
  });

  it.each<Partial<SealedPlace>>([
    { environment: 'prod' },
    { ownerId: randomUUID() },
    { applicationId: randomUUID() },
    { applicationId: null },
    { kind: 'access' },
    { generation: 4 },
  ])('does not open in another place: %j', async (change) => {
    const box = replica();
    const sealed = await box.seal(SECRET, place());
    await expect(box.open(sealed, place(change))).rejects.toThrow(SealBroken);
  });

  it('does not open if one byte of it was changed', async () => {
    const box = replica();
    const sealed = await box.seal(SECRET, place());
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      await expect(box.open(changed, place())).rejects.toThrow(SealBroken);
    }
    await expect(box.open(sealed.subarray(0, 10), place())).rejects.toThrow(SealBroken);
  });
});

describe('the data key', () => {
  it('is made once a day by the replicas together, and unwrapped once by each', async () => {
    const boxes = [replica(), replica(), replica()];
    const sealed = await Promise.all(
      boxes.flatMap((box) => Array.from({ length: 20 }, () => box.seal(SECRET, place()))),
    );
    for (const box of boxes) for (const bytes of sealed) await box.open(bytes, place());
    const { rows } = await pool.query('SELECT id FROM user_data_key');
    expect(rows).toEqual([{ id: '20261128-0000-8000-8000-000000000000' }]);
    expect(calls.generated).toBeLessThanOrEqual(boxes.length);
    expect(calls.decrypted).toBeLessThan(boxes.length);

    nowMs += DAY_MS / 2;
    await boxes[0]?.seal(SECRET, place());
    expect((await pool.query('SELECT id FROM user_data_key')).rowCount).toBe(2);
  });

  it('goes on without KMS where it is in memory, into the next day', async () => {
    const box = replica();
    const sealed = await box.seal(SECRET, place());
    kmsIsAway = true;
    nowMs += 2 * 3_600_000;
    const next = await box.seal(SECRET, place());
    expect(await box.open(sealed, place())).toBe(SECRET);
    expect(await box.open(next, place())).toBe(SECRET);
    await box.seal(SECRET, place());
    expect(calls.generated).toBe(2);
    await expect(replica().seal(SECRET, place())).rejects.toMatchObject({ code: 'GW_SIGNING_UNAVAILABLE' });
    await expect(replica().open(sealed, place())).rejects.toMatchObject({ code: 'GW_SIGNING_UNAVAILABLE' });

    kmsIsAway = false;
    nowMs += 60_000;
    await box.seal(SECRET, place());
    expect((await pool.query('SELECT id FROM user_data_key')).rowCount).toBe(2);
  });

  it('is not used for a third day, nor kept for a fifth', async () => {
    const box = replica();
    const sealed = await box.seal(SECRET, place());
    kmsIsAway = true;
    nowMs += DAY_MS + 2 * 3_600_000;
    await expect(box.seal(SECRET, place())).rejects.toMatchObject({ code: 'GW_SIGNING_UNAVAILABLE' });
    kmsIsAway = false;
    nowMs += 2 * DAY_MS;
    await box.seal(SECRET, place());
    await expect(box.open(sealed, place())).rejects.toThrow('the data key is gone');
  });
});
