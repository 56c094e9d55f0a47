/** Sealing and hashing of patients' identifiers under an organisation's key: CPU alone, so that a worker can do it. */
import { createHmac } from 'node:crypto';
import type { Subject, SubjectKind } from '@gatehouse/domain/audit/audit';
import { worklistSubjects } from '@gatehouse/domain/ers/worklist';
import type { Json } from '@gatehouse/domain/input/strict-json';
import { openText, sealText } from '../../kms/aes-gcm.js';
import { digestOfSubjects, type SealedBulk, type SealedSubject } from '../write/chain.js';

export interface OrganisationKey {
  readonly keyId: string;
  /** For the keyed hash. */
  readonly index: Uint8Array;
  readonly seal: Uint8Array;
}

/** Identifiers to be sealed for one attempt: listed, or in a worklist answer that is still to be read. */
export interface SealJob {
  readonly key: OrganisationKey;
  readonly odsCode: string;
  readonly attemptId: string;
  readonly from: { readonly subjects: readonly Subject[] } | { readonly worklist: Uint8Array };
}

/** A chunk is one statement: small enough to take a few milliseconds. */
const SUBJECTS_PER_CHUNK = 500;
const FORMAT = 1;

/** Null if the worklist is not JSON. */
export function sealInBulk({ key, odsCode, attemptId, from }: SealJob): SealedBulk | null {
  const subjects = 'subjects' in from ? from.subjects : subjectsOfWorklist(from.worklist);
  if (subjects === null) return null;
  const sealed = sealEach(key, odsCode, attemptId, subjects);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < sealed.length; at += SUBJECTS_PER_CHUNK)
    chunks.push(chunkOf(sealed.slice(at, at + SUBJECTS_PER_CHUNK)));
  return { digest: digestOfSubjects(sealed), count: sealed.length, chunks };
}

/** A repeated identifier is sealed once. */
export function sealEach(
  key: OrganisationKey,
  odsCode: string,
  attemptId: string,
  subjects: readonly Subject[],
): SealedSubject[] {
  const distinct = new Map(subjects.map((subject) => [`${subject.kind}|${subject.value}`, subject]));
  return [...distinct.values()].map(({ kind, value }) => ({
    odsCode,
    kind,
    keyId: key.keyId,
    hash: blindIndex(key, odsCode, kind, value),
    sealed: sealValue(key, additionalOf(odsCode, kind, attemptId), value),
  }));
}

export function blindIndex(key: OrganisationKey, odsCode: string, kind: SubjectKind, value: string): Buffer {
  return createHmac('sha256', key.index).update(`${odsCode}|${kind}|${value}`, 'utf8').digest();
}

/** @throws if the value was sealed under another key, or for another organisation, kind or attempt */
export function openSealed(key: OrganisationKey, attemptId: string, subject: SealedSubject): string {
  const { odsCode, kind, sealed } = subject;
  if (sealed[0] !== FORMAT) throw new Error('unknown format of a sealed value');
  return openText(key.seal, additionalOf(odsCode, kind, attemptId), sealed.subarray(1));
}

function additionalOf(odsCode: string, kind: SubjectKind, attemptId: string): string {
  return `${odsCode}|${kind}|${attemptId}`;
}

function sealValue(key: OrganisationKey, additional: string, value: string): Buffer {
  return Buffer.concat([Buffer.of(FORMAT), sealText(key.seal, additional, value)]);
}

function subjectsOfWorklist(body: Uint8Array): Subject[] | null {
  let answer: Json;
  try {
    answer = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')) as Json;
  } catch {
    return null;
  }
  return worklistSubjects(answer);
}

/** JSON that PostgreSQL reads as records. */
function chunkOf(sealed: readonly SealedSubject[]): Uint8Array {
  const records = sealed.map(({ odsCode, kind, keyId, hash, sealed: value }) => ({
    ...{ o: odsCode, k: kind, i: keyId },
    ...{ h: `\\x${hash.toString('hex')}`, v: `\\x${value.toString('hex')}` },
  }));
  return Buffer.from(JSON.stringify(records), 'utf8');
}
