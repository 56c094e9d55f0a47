/**
 * Identifiers of patients in the audit trail. They are found by a keyed hash and stored sealed (threat D4). Every
 * organisation has its own data key, wrapped by KMS, so that hashes of one organisation say nothing about another, and
 * its values alone can be shredded (threat D7): an operator destroys the key, and no process makes another one (ADR 88).
 */
import { createHmac, hkdfSync, randomUUID } from 'node:crypto';
import type { Subject, SubjectKind } from '@gatehouse/domain/audit/audit';
import type pg from 'pg';
import {
  blindIndex,
  openSealed,
  type OrganisationKey,
  sealEach,
  sealInBulk,
  type SealJob,
} from '../subjects/seal.js';
import type { SealBulk } from '../subjects/sealing-pool.js';
import type { Sealed, SealedBulk, SealedSubject } from './chain.js';

/** What the sealer needs of KMS. To decrypt, the context must be the one with which the key was generated. */
export interface DataKeys {
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
  ): Promise<{ readonly plaintext: Buffer; readonly wrapped: Buffer }>;
  decrypt(wrapped: Buffer, context: EncryptionContext): Promise<Buffer>;
}

export type EncryptionContext = Readonly<Record<'organisation' | 'purpose', string>>;

export interface SubjectSealer {
  /** The keyed hash by which a value is found. Null if the organisation has no key, and so no values to be found. */
  hash(odsCode: string, kind: SubjectKind, value: string): Promise<Buffer | null>;
  /**
   * Seals the subjects of an attempt; a repeated identifier is stored once. Creates the key at first use.
   * @throws SubjectKeyGone if the key was destroyed
   */
  seal(odsCode: string, attemptId: string, subjects: readonly Subject[]): Promise<Sealed>;
  /** Reads a worklist answer and seals every patient and referral in it. Null if the answer is not JSON. */
  sealWorklist(odsCode: string, attemptId: string, answer: Uint8Array): Promise<SealedBulk | null>;
  /** Only for an approved reveal. @throws if the value was sealed for another organisation, kind or attempt */
  open(attemptId: string, subject: SealedSubject): Promise<string>;
  /**
   * A keyed hash of digits that may be a patient's number, the same in all processes of a deployment: 16 hex digits.
   * Creates the deployment's own key at first use.
   */
  readonly hashDigits: (digits: string) => Promise<string>;
  /** Organisations with a key, which a search without an organisation goes through. */
  organisations(): Promise<readonly string[]>;
  /** Organisations whose key was destroyed: their patients can no longer be found. */
  withoutKey(): Promise<readonly string[]>;
  /** Drops the key of an organisation from memory. If it still exists, it is loaded again at its next use. */
  forget(odsCode: string): void;
}

/** The organisation's key was destroyed or replaced, so values that it sealed can't be opened any more, nor others sealed. */
export class SubjectKeyGone extends Error {
  override readonly name = 'SubjectKeyGone';
}

/** Owner of the key for values of no organisation. It can't be an ODS code. */
const DEPLOYMENT = '*';
/** So many are sealed on the event loop, which takes 2 ms; more are sealed elsewhere. */
const FEW = 25;

/** @param sealBulk seals many; on the event loop by default, which only tests can afford */
export function createSubjectSealer(
  database: pg.Pool,
  kms: DataKeys,
  kmsKeyId: string,
  sealBulk: SealBulk = (job) => Promise.resolve(sealInBulk(job)),
): SubjectSealer {
  const keys = new Map<string, Promise<OrganisationKey | null>>();

  /** Unwrapped once and kept; after a failure, or if it is missing, it is loaded again. */
  async function keyOf(odsCode: string, create: boolean): Promise<OrganisationKey | null> {
    const known = await keys.get(odsCode);
    if (known !== undefined && (known !== null || !create)) return known;
    const loading = (async () => (await loadKey(odsCode)) ?? (create ? await createKey(odsCode) : null))();
    keys.set(odsCode, loading);
    try {
      const key = await loading;
      if (key === null) keys.delete(odsCode);
      return key;
    } catch (error) {
      keys.delete(odsCode);
      throw error;
    }
  }

  async function loadKey(odsCode: string): Promise<OrganisationKey | null> {
    const { rows } = await database.query<{ key_id: string; wrapped: Buffer | null }>(
      'SELECT key_id, wrapped FROM audit.organisation_key WHERE ods_code = $1',
      [odsCode],
    );
    const [row] = rows;
    if (row === undefined) return null;
    if (row.wrapped === null) throw new SubjectKeyGone();
    return derive(row.key_id, await kms.decrypt(row.wrapped, contextOf(odsCode)));
  }

  /** If replicas race, the first row stays and all of them use it. */
  async function createKey(odsCode: string): Promise<OrganisationKey> {
    const { plaintext, wrapped } = await kms.generateDataKey(kmsKeyId, contextOf(odsCode));
    const keyId = randomUUID();
    const inserted = await database.query(
      'INSERT INTO audit.organisation_key (ods_code, key_id, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [odsCode, keyId, wrapped],
    );
    if (inserted.rowCount === 1) return derive(keyId, plaintext);
    const key = await loadKey(odsCode);
    if (key === null) throw new Error('the key of an organisation is gone');
    return key;
  }

  const ensureKey = async (odsCode: string): Promise<OrganisationKey> => {
    const key = await keyOf(odsCode, true);
    if (key === null) throw new Error('the key of an organisation could not be created');
    return key;
  };

  return {
    async hash(odsCode, kind, value) {
      const key = await keyOf(odsCode, false).catch(nullIfGone);
      return key === null ? null : blindIndex(key, odsCode, kind, value);
    },
    async seal(odsCode, attemptId, subjects) {
      if (subjects.length === 0) return [];
      const key = await ensureKey(odsCode);
      if (subjects.length <= FEW) return sealEach(key, odsCode, attemptId, subjects);
      return (await sealBulk({ key, odsCode, attemptId, from: { subjects } })) ?? [];
    },
    async sealWorklist(odsCode, attemptId, worklist) {
      const job: SealJob = { key: await ensureKey(odsCode), odsCode, attemptId, from: { worklist } };
      return sealBulk(job);
    },
    async open(attemptId, subject) {
      const key = await keyOf(subject.odsCode, false);
      if (key?.keyId !== subject.keyId) throw new SubjectKeyGone();
      return openSealed(key, attemptId, subject);
    },
    async hashDigits(digits) {
      const { index } = await ensureKey(DEPLOYMENT);
      return createHmac('sha256', index).update(`digits|${digits}`, 'utf8').digest('hex').slice(0, 16);
    },
    async organisations() {
      const { rows } = await database.query<{ ods_code: string }>(
        'SELECT ods_code FROM audit.organisation_key WHERE ods_code <> $1 AND wrapped IS NOT NULL',
        [DEPLOYMENT],
      );
      return rows.map((row) => row.ods_code);
    },
    async withoutKey() {
      const { rows } = await database.query<{ ods_code: string }>(
        'SELECT ods_code FROM audit.organisation_key WHERE wrapped IS NULL ORDER BY ods_code',
      );
      return rows.map((row) => row.ods_code);
    },
    forget(odsCode) {
      keys.delete(odsCode);
    },
  };
}

function nullIfGone(error: unknown): null {
  if (error instanceof SubjectKeyGone) return null;
  throw error;
}

function contextOf(odsCode: string): EncryptionContext {
  return { organisation: odsCode, purpose: 'gatehouse-audit' };
}

function derive(keyId: string, dataKey: Buffer): OrganisationKey {
  const part = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', dataKey, keyId, `gatehouse-audit/${use}`, 32));
  const key = { keyId, index: part('index'), seal: part('seal') };
  dataKey.fill(0);
  return key;
}
