/** The canonical form and the hashes, written from docs/audit.md. The gateway has its own: see there before you change these. */
import { createHash } from 'node:crypto';

/** Thrown for a value that has no canonical form. The message completes "the record …". */
export class NotCanonical extends Error {}

/** Canonical text of a parsed JSON value. @throws NotCanonical */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed() || value.includes('\u0000'))
        throw new NotCanonical('contains text that PostgreSQL cannot store');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0))
        throw new NotCanonical('contains a number that is not a safe integer');
      return value.toString(10);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return '[' + value.map(canonicalText).join(',') + ']';
      const entries = Object.entries(value).sort(([a], [b]) => compareCodeUnits(a, b));
      return (
        '{' + entries.map(([key, inner]) => canonicalText(key) + ':' + canonicalText(inner)).join(',') + '}'
      );
    }
    default:
      throw new NotCanonical('contains a value that is not JSON');
  }
}

/** SHA-256 over the 32 bytes of the previous hash and the UTF-8 bytes of the canonical record; hex. */
export function rowHash(prevHashHex: string, record: unknown): string {
  const hash = createHash('sha256');
  hash.update(Buffer.from(prevHashHex, 'hex'));
  hash.update(Buffer.from(canonicalText(record), 'utf8'));
  return hash.digest('hex');
}

export interface ExportedSubject {
  readonly odsCode: string;
  readonly kind: string;
  readonly keyId: string;
  readonly hash: string;
  readonly sealedSha256: string;
}

/** SHA-256 over the subjects' lines, sorted by code unit and joined by line feeds; hex. */
export function subjectsHash(subjects: readonly ExportedSubject[]): string {
  const each = subjects.map(
    ({ odsCode, kind, keyId, hash, sealedSha256 }) => `${odsCode}:${kind}:${keyId}:${hash}:${sealedSha256}`,
  );
  each.sort(compareCodeUnits);
  return createHash('sha256').update(each.join('\n'), 'utf8').digest('hex');
}

function compareCodeUnits(a: string, b: string): number {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = a.charCodeAt(at) - b.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
