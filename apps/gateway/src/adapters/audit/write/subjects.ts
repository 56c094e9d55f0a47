/**
 * Identifiers of patients in the audit trail: found by a keyed hash, kept sealed (threats D4). Every organisation
 * has a data key of its own, wrapped by KMS, so that hashes of one say nothing about another and its values can be
 * shredded alone (D7).
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import type { Subject, SubjectKind } from '@gatehouse/domain/audit/audit';
import type pg from 'pg';
import type { SealedSubject } from './chain.js';

/** What is needed of KMS. The context must be given to decrypt as it was to generate. */
export interface DataKeys {
  generateDataKey(
    keyId: string,
    context: EncryptionContext,
  ): Promise<{ readonly plaintext: Buffer; readonly wrapped: Buffer }>;
  decrypt(wrapped: Buffer, context: EncryptionContext): Promise<Buffer>;
}

export type EncryptionContext = Readonly<Record<'organisation' | 'purpose', string>>;

export interface SubjectSealer {
  /** The keyed hash a value is found by. Null when the organisation has no key yet, and so nothing to find. */
  hash(odsCode: string, kind: SubjectKind, value: string): Promise<Buffer | null>;
  /** Seals what an attempt concerned; the same identifier twice is stored once. Makes the key at first use. */
  seal(odsCode: string, attemptId: string, subjects: readonly Subject[]): Promise<readonly SealedSubject[]>;
  /** For an approved reveal alone. @throws if the value was sealed for another organisation, kind or attempt. */
  open(attemptId: string, subject: SealedSubject): Promise<string>;
  /**
   * A keyed hash of digits that may be a patient's number, the same in all processes of a deployment: 16 hex digits.
   * Makes the deployment's own key at first use.
   */
  readonly hashDigits: (digits: string) => Promise<string>;
  /** Organisations with a key: those a search without an organisation goes through. */
  organisations(): Promise<readonly string[]>;
}

interface OrganisationKey {
  readonly keyId: string;
  readonly index: Buffer;
  readonly seal: Buffer;
}

/** The organisation's key was destroyed, or is another one now: what it sealed can't be opened any more. */
export class SubjectKeyGone extends Error {
  override readonly name = 'SubjectKeyGone';
}

/** Owner of the key for what belongs to no organisation. No ODS code looks like this. */
const DEPLOYMENT = '*';
const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createSubjectSealer(database: pg.Pool, kms: DataKeys, kmsKeyId: string): SubjectSealer {
  const keys = new Map<string, Promise<OrganisationKey | null>>();

  /** Unwrapped once and kept; what failed or is missing is asked for again. */
  async function keyOf(odsCode: string, make: boolean): Promise<OrganisationKey | null> {
    const known = await keys.get(odsCode);
    if (known !== undefined && (known !== null || !make)) return known;
    const loading = (async () => (await stored(odsCode)) ?? (make ? await created(odsCode) : null))();
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

  async function stored(odsCode: string): Promise<OrganisationKey | null> {
    const found = await database.query<{ key_id: string; wrapped: Buffer }>(
      'SELECT key_id, wrapped FROM audit.organisation_key WHERE ods_code = $1',
      [odsCode],
    );
    const row = found.rows[0];
    return row === undefined ? null : derive(row.key_id, await kms.decrypt(row.wrapped, contextOf(odsCode)));
  }

  /** Replicas may race: the first row stays and all of them use it. */
  async function created(odsCode: string): Promise<OrganisationKey> {
    const { plaintext, wrapped } = await kms.generateDataKey(kmsKeyId, contextOf(odsCode));
    const keyId = randomUUID();
    const inserted = await database.query(
      'INSERT INTO audit.organisation_key (ods_code, key_id, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
      [odsCode, keyId, wrapped],
    );
    if (inserted.rowCount === 1) return derive(keyId, plaintext);
    const key = await stored(odsCode);
    if (key === null) throw new Error('the key of an organisation vanished');
    return key;
  }

  const made = async (odsCode: string): Promise<OrganisationKey> => {
    const key = await keyOf(odsCode, true);
    if (key === null) throw new Error('the key of an organisation could not be made');
    return key;
  };

  return {
    async hash(odsCode, kind, value) {
      const key = await keyOf(odsCode, false);
      return key === null ? null : blindIndex(key, odsCode, kind, value);
    },
    async seal(odsCode, attemptId, subjects) {
      if (subjects.length === 0) return [];
      const key = await made(odsCode);
      const distinct = new Map(subjects.map((subject) => [`${subject.kind}|${subject.value}`, subject]));
      return [...distinct.values()].map(({ kind, value }) => ({
        odsCode,
        kind,
        keyId: key.keyId,
        hash: blindIndex(key, odsCode, kind, value),
        sealed: sealValue(key, aad(odsCode, kind, attemptId), value),
      }));
    },
    async open(attemptId, { odsCode, kind, keyId, sealed }) {
      const key = await keyOf(odsCode, false);
      if (key?.keyId !== keyId) throw new SubjectKeyGone();
      return openValue(key, aad(odsCode, kind, attemptId), sealed);
    },
    async hashDigits(digits) {
      const { index } = await made(DEPLOYMENT);
      return createHmac('sha256', index).update(`digits|${digits}`, 'utf8').digest('hex').slice(0, 16);
    },
    async organisations() {
      const { rows } = await database.query<{ ods_code: string }>(
        'SELECT ods_code FROM audit.organisation_key WHERE ods_code <> $1',
        [DEPLOYMENT],
      );
      return rows.map((row) => row.ods_code);
    },
  };
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

function blindIndex(key: OrganisationKey, odsCode: string, kind: SubjectKind, value: string): Buffer {
  return createHmac('sha256', key.index).update(`${odsCode}|${kind}|${value}`, 'utf8').digest();
}

function aad(odsCode: string, kind: SubjectKind, attemptId: string): Buffer {
  return Buffer.from(`${odsCode}|${kind}|${attemptId}`, 'utf8');
}

/** Format byte, initialisation vector, tag, ciphertext of AES-256-GCM. */
function sealValue(key: OrganisationKey, additional: Buffer, value: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.seal, iv).setAAD(additional);
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), iv, cipher.getAuthTag(), text]);
}

function openValue(key: OrganisationKey, additional: Buffer, sealed: Buffer): string {
  if (sealed[0] !== FORMAT) throw new Error('unknown format of a sealed value');
  const textAt = 1 + IV_BYTES + TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key.seal, sealed.subarray(1, 1 + IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additional).setAuthTag(sealed.subarray(1 + IV_BYTES, textAt));
  return Buffer.concat([decipher.update(sealed.subarray(textAt)), decipher.final()]).toString('utf8');
}
