/**
 * Sign-ins that have begun. The browser keeps what its callback needs, sealed, so beginning a sign-in writes nothing,
 * and nobody can crowd out the sign-ins of others. PostgreSQL decides at the callback that a state is used once.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '@gatehouse/db/client';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { SecretBox } from '../kms/secret-box.js';
import type { SignInSecrets } from './openid/openid-provider.js';
import { hashSecret } from './secret-hash.js';

export interface PendingSignIn extends SignInSecrets {
  /** Name of the relying party that began the sign-in. */
  readonly party: string;
  /** Where a page of ours goes afterwards. */
  readonly returnTo: string;
  /** Of a user's sign-in: the login that a supplier's server began. */
  readonly loginId?: string | undefined;
}

export interface PendingSignIns {
  seal(pending: PendingSignIn): Promise<string>;
  /** Null for anything that was not sealed here. A sign-in that is too old to finish still says where to return to. */
  unseal(sealed: string): Promise<{ readonly pending: PendingSignIn; readonly isTooOld: boolean } | null>;
  isSpent(state: string): Promise<boolean>;
  /** False if the state was spent already. */
  spend(state: string): Promise<boolean>;
}

/** A sign-in is finished within this time. */
export const FINISH_MS = 600_000;
/** A key seals for a day, and opens for a day longer than browsers need. */
const SEALS_MS = 86_400_000;
const OPENS_MS = 2 * SEALS_MS;
const KEY_BYTES = 32;

const contentSchema = z.object({
  party: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  loginId: z.string().optional(),
  iat: z.number(),
});

interface SealingKey {
  readonly id: string;
  readonly bytes: Buffer;
  readonly createdAtMs: number;
}

export function createPendingSignIns(db: Database, box: SecretBox, now: () => number): PendingSignIns {
  const keys = new Map<string, SealingKey>();

  async function keyToSeal(): Promise<SealingKey> {
    const isFresh = ({ createdAtMs }: SealingKey) => createdAtMs > now() - SEALS_MS;
    const known = [...keys.values()].find(isFresh);
    if (known !== undefined) return known;
    const row = await db.signInKey.findFirst({ orderBy: { createdAt: 'desc' } });
    if (row !== null && row.createdAt.getTime() > now() - SEALS_MS) return keep(row);
    keys.clear();
    await db.signInKey.deleteMany({ where: { createdAt: { lt: new Date(now() - OPENS_MS) } } });
    const id = randomUUID();
    const keySealed = await box.seal(randomBytes(KEY_BYTES).toString('base64'), `sign_in_key/${id}`);
    return keep(await db.signInKey.create({ data: { id, keySealed, createdAt: new Date(now()) } }));
  }

  async function keep(row: { id: string; keySealed: Uint8Array; createdAt: Date }): Promise<SealingKey> {
    const bytes = Buffer.from(await box.open(row.keySealed, `sign_in_key/${row.id}`), 'base64');
    const key = { id: row.id, bytes, createdAtMs: row.createdAt.getTime() };
    keys.set(key.id, key);
    return key;
  }

  async function keyToOpen(id: string | undefined): Promise<Buffer> {
    const known = keys.get(id ?? '');
    if (known !== undefined) return known.bytes;
    const row = z.uuid().safeParse(id).success
      ? await db.signInKey.findUnique({ where: { id: id ?? '' } })
      : null;
    if (row === null) throw new errors.JWEInvalid('sealed with a key that is not known');
    return (await keep(row)).bytes;
  }

  return {
    async seal(pending) {
      const key = await keyToSeal();
      return new EncryptJWT({ ...pending })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.id })
        .setIssuedAt(Math.floor(now() / 1000))
        .encrypt(key.bytes);
    },

    async unseal(sealed) {
      try {
        const { payload } = await jwtDecrypt(sealed, ({ kid }) => keyToOpen(kid), {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          currentDate: new Date(now()),
        });
        const { iat, ...pending } = contentSchema.parse(payload);
        return { pending, isTooOld: now() - iat * 1000 > FINISH_MS };
      } catch (error) {
        // A cookie that somebody made up, or that outlived its key.
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },

    async isSpent(state) {
      return (await db.signInSpent.findUnique({ where: { stateHash: hashSecret(state) } })) !== null;
    },

    async spend(state) {
      const nowMs = now();
      await db.signInSpent.deleteMany({ where: { spentAt: { lt: new Date(nowMs - 2 * FINISH_MS) } } });
      const { count } = await db.signInSpent.createMany({
        data: [{ stateHash: hashSecret(state), spentAt: new Date(nowMs) }],
        skipDuplicates: true,
      });
      return count === 1;
    },
  };
}
