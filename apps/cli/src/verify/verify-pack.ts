/**
 * Verifies an evidence pack offline, with nothing but Node. It was written from docs/guides/evidence.md (“The files”) and
 * shares no code with what makes packs, so that it can't repeat the maker's mistakes.
 */
import { createHash, type KeyObject, verify } from 'node:crypto';

export interface PackFiles {
  /** The name of each file in the folder, with its bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** Public keys of those who may sign packs. */
  readonly keys: readonly KeyObject[];
}

/** What the reader expects the pack to be; what is not given is not compared. */
export interface Expected {
  readonly organisation?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

export interface PackReport {
  /** True if there is no fault. */
  readonly ok: boolean;
  /** In words that name the file. */
  readonly faults: readonly string[];
  /** What the signed manifest says; null if it is not signed by a key that was given. */
  readonly pack: {
    readonly organisation: string;
    readonly from: string;
    readonly until: string;
    readonly madeAt: string;
    readonly madeBy: string;
    /** SHA-256 of the manifest, hex: the audit trail has it in the event EVIDENCE_PACK. */
    readonly sha256: string;
    readonly files: readonly string[];
  } | null;
}

const MANIFEST = 'manifest.json';
const SIGNATURE = 'manifest.jws';
const NAME = /^[a-z0-9][a-z0-9.-]{0,99}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const MEMBERS = ['format', 'organisation', 'from', 'until', 'madeAt', 'madeBy', 'files'];

interface Manifest {
  readonly organisation: string;
  readonly from: string;
  readonly until: string;
  readonly madeAt: string;
  readonly madeBy: string;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
}

export function verifyPack({ files, keys }: PackFiles, expected: Expected = {}): PackReport {
  const [manifestBytes, signature] = [files.get(MANIFEST), files.get(SIGNATURE)];
  if (manifestBytes === undefined) return failed(`${MANIFEST} is missing`);
  if (signature === undefined) return failed(`${SIGNATURE} is missing`);
  const wrong = faultOfSignature(signature, manifestBytes, keys);
  if (wrong !== null) return failed(`${SIGNATURE}: ${wrong}`);
  const manifest = manifestOf(manifestBytes);
  if (manifest === null)
    return failed(`${MANIFEST}: it is signed, but is not the manifest of an evidence pack`);

  const faults = [
    ...manifest.files.flatMap((file) => faultsOfFile(file, files.get(file.name))),
    ...strangers(manifest, files).map((name) => `${name}: the signed manifest does not name it`),
    ...faultsOfPack(manifest, files.get('evidence.json')),
    ...faultsOfExpectation(manifest, expected),
  ];
  const { organisation, from, until, madeAt, madeBy } = manifest;
  const names = manifest.files.map(({ name }) => name);
  return {
    ok: faults.length === 0,
    faults,
    pack: { organisation, from, until, madeAt, madeBy, sha256: sha256(manifestBytes), files: names },
  };
}

function failed(fault: string): PackReport {
  return { ok: false, faults: [fault], pack: null };
}

/** A detached JWS (RFC 7515, appendix F): the payload between the two dots is left out. */
function faultOfSignature(signature: Buffer, manifest: Buffer, keys: readonly KeyObject[]): string | null {
  const [header = '', payload = '', signed = '', ...more] = signature.toString('latin1').split('.');
  if (payload !== '' || more.length > 0) return 'it is not a detached signature';
  // Other characters, or spare bits, would be another file with the same signature.
  if (!isBase64url(header) || !isBase64url(signed)) return 'it is not written in base64url';
  const fields = objectOf(Buffer.from(header, 'base64url'));
  if (fields?.['alg'] !== 'RS512' || fields['typ'] !== 'gatehouse-evidence+jws')
    return 'it is not the signature of an evidence pack';
  const input = Buffer.from(`${header}.${manifest.toString('base64url')}`, 'ascii');
  const key = keys.find((each) => verify('sha512', input, each, Buffer.from(signed, 'base64url')));
  if (key !== undefined)
    return fields['kid'] === thumbprint(key) ? null : 'it names another key than the one that signed it';
  return keys.some((each) => fields['kid'] === thumbprint(each))
    ? `${MANIFEST} is not what was signed: one of the two files was changed or replaced`
    : `it is by the key ${String(fields['kid'])}, which is none that was given`;
}

function isBase64url(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** RFC 7638. */
function thumbprint(key: KeyObject): string {
  const { e, n } = key.export({ format: 'jwk' });
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
}

function manifestOf(bytes: Buffer): Manifest | null {
  const value = objectOf(bytes);
  if (value?.['format'] !== 'gatehouse-evidence-manifest/1') return null;
  // Of a member that is given twice, two readers could see two values.
  if (!Buffer.from(JSON.stringify(value)).equals(bytes)) return null;
  if (Object.keys(value).join() !== MEMBERS.join()) return null;
  const texts = ['organisation', 'from', 'until', 'madeAt', 'madeBy'];
  if (!texts.every((name) => typeof value[name] === 'string')) return null;
  const list: unknown = value['files'];
  return Array.isArray(list) && list.length > 0 && list.every(isFile) && hasNoTwins(list)
    ? (value as unknown as Manifest)
    : null;
}

function isFile(value: unknown): value is Manifest['files'][number] {
  if (typeof value !== 'object' || value === null) return false;
  const { name, size, sha256: digest } = value as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    NAME.test(name) &&
    typeof digest === 'string' &&
    DIGEST.test(digest) &&
    Number.isSafeInteger(size)
  );
}

function hasNoTwins(list: Manifest['files']): boolean {
  return new Set(list.map(({ name }) => name)).size === list.length;
}

function faultsOfFile(file: Manifest['files'][number], bytes: Buffer | undefined): string[] {
  if (bytes === undefined) return [`${file.name} is missing`];
  if (bytes.length === file.size && sha256(bytes) === file.sha256) return [];
  return [`${file.name}: it is not the file that was signed; it was changed or replaced`];
}

function strangers({ files }: Manifest, found: ReadonlyMap<string, Buffer>): string[] {
  const named = new Set([MANIFEST, SIGNATURE, ...files.map(({ name }) => name)]);
  return [...found.keys()].filter((name) => !named.has(name));
}

/** The pack says itself whose it is. */
function faultsOfPack({ organisation, from, until }: Manifest, bytes: Buffer | undefined): string[] {
  if (bytes === undefined) return [];
  const pack = objectOf(bytes);
  const isOfManifest =
    pack?.['format'] === 'gatehouse-evidence/1' &&
    memberOf(pack['organisation'], 'odsCode') === organisation &&
    memberOf(pack['period'], 'from') === from &&
    memberOf(pack['period'], 'until') === until;
  return isOfManifest
    ? []
    : ['evidence.json: it is about another organisation or period than the manifest says'];
}

function faultsOfExpectation(manifest: Manifest, expected: Expected): string[] {
  return (['organisation', 'from', 'until'] as const)
    .filter((name) => expected[name] !== undefined && expected[name] !== manifest[name])
    .map((name) => `the pack has ${name} ${manifest[name]}, and not ${String(expected[name])}`);
}

function objectOf(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
