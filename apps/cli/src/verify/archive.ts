/**
 * Reads the archive of a month and writes it as an export, which the verifier takes. It was written from docs/audit.md
 * ("Archive"), with nothing but Node; it shares no code with what makes archives.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ExportedSubject } from './canonical.js';
import { FORMAT, hasShape, isCount, isHash, isText, isUuid, type Test } from './export-lines.js';

export interface FetchedArchive {
  /** In words that name the file. With a fault, what was written is not an export. */
  readonly faults: readonly string[];
  readonly records: number;
  readonly objects: number;
  /** SHA-256 of the manifest, hex; null if there is none. */
  readonly manifest: string | null;
  /** The newest checkpoint when the month was archived. */
  readonly checkpoint: number | null;
}

interface ArchivedObject {
  readonly file: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly bytes: number;
  readonly sha256: string;
}

interface ArchivedChain {
  readonly writer: string;
  readonly state: string;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly objects: readonly ArchivedObject[];
}

interface Manifest {
  readonly format: string;
  readonly month: string;
  readonly checkpoint: { readonly sequence: number; readonly sha256: string };
  readonly records: number;
  readonly objects: number;
  readonly chains: readonly ArchivedChain[];
}

interface Line {
  readonly writer: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly record: unknown;
  readonly subjects?: readonly (Omit<ExportedSubject, 'sealedSha256'> & { readonly sealed: string })[];
}

const ARCHIVE_FORMAT = 'gatehouse-archive/1';
const MANIFEST = 'manifest.json';
/** Of the lines of one object: a record with a hundred thousand identifiers has some forty megabytes. */
const MOST_BYTES = 1024 * 1024 * 1024;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

const isFile: Test = (value) => typeof value === 'string' && /^[0-9a-f-]+\.ndjson\.gz$/.test(value);
const isBase64: Test = (value) => typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
const isListOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const shaped =
  (shape: Readonly<Record<string, Test>>): Test =>
  (value) =>
    hasShape(value, shape);

const OBJECT = { file: isFile, fromSeq: isCount, toSeq: isCount, bytes: isCount, sha256: isHash };
const CHAIN = {
  ...{ writer: isUuid, state: isText, head: shaped({ seq: isCount, hash: isHash }) },
  ...{ fromSeq: isCount, toSeq: isCount, prevHash: isHash, hash: isHash, objects: isListOf(shaped(OBJECT)) },
};
const isManifest = shaped({
  ...{ format: isText, month: isText, plannedAtMs: isCount, gatehouse: isText, previous: isHash },
  ...{ checkpoint: shaped({ sequence: isCount, sha256: isHash }), records: isCount, objects: isCount },
  chains: isListOf(shaped(CHAIN)),
});
const LINE = { writer: isUuid, seq: isCount, prevHash: isHash, hash: isHash, record: () => true };
const isSubject = shaped({ odsCode: isText, kind: isText, keyId: isUuid, hash: isHash, sealed: isBase64 });

const expand = promisify(gunzip);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Ends the reading; its message is the fault. */
class Faulty extends Error {}

/**
 * Writes the lines of the export while it reads, so that no month is held in memory. It stops at the first fault.
 * @param folder the files of the month
 * @throws what `write` throws
 */
export async function fetchArchive(
  month: string,
  folder: string,
  write: (line: string) => void | Promise<void>,
): Promise<FetchedArchive> {
  let [records, objects] = [0, 0];
  const read: { manifest: string | null; checkpoint: number | null } = { manifest: null, checkpoint: null };
  try {
    const bytes = await contentOf(folder, MANIFEST, 'there is no manifest');
    read.manifest = sha256(bytes);
    const manifest = manifestOf(bytes, month);
    read.checkpoint = manifest.checkpoint.sequence;
    const { fromMs, toMs } = spanOf(month);
    await write(
      JSON.stringify({ type: 'export', format: FORMAT, fromMs, toMs, checkpoint: read.checkpoint }),
    );
    for (const chain of manifest.chains) {
      const { writer, state, head, fromSeq, toSeq } = chain;
      await write(
        JSON.stringify({
          ...{ type: 'writer', writer, state },
          ...{ head: { seq: head.seq, hash: head.hash }, fromSeq, toSeq },
        }),
      );
      let end = { seq: fromSeq - 1, hash: chain.prevHash };
      for (const object of chain.objects) {
        for (const line of await linesOf(folder, object)) {
          const row = rowOf(line, object, writer, end);
          await write(JSON.stringify(row));
          end = { seq: row.seq, hash: row.hash };
          records += 1;
        }
        if (end.seq !== object.toSeq) throw new Faulty(notItsRecords(object));
        objects += 1;
      }
      if (end.seq !== toSeq)
        throw new Faulty(
          `chain ${writer}: its objects end at record ${String(end.seq)}, not ${String(toSeq)}`,
        );
      if (end.hash !== chain.hash) throw new Faulty(`chain ${writer}: its last record is another one`);
    }
    if (manifest.records !== records || manifest.objects !== objects)
      throw new Faulty(
        `${MANIFEST} declares ${String(manifest.records)} records in ${String(manifest.objects)} objects; there are ${String(records)} in ${String(objects)}`,
      );
    await write(JSON.stringify({ type: 'end', writers: manifest.chains.length, rows: records }));
    return { faults: [], records, objects, ...read };
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    return { faults: [error.message], records, objects, ...read };
  }
}

function manifestOf(bytes: Buffer, month: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Faulty(`${MANIFEST} is not JSON`);
  }
  if (!isManifest(value)) throw new Faulty(`${MANIFEST} is malformed`);
  const manifest = value as Manifest;
  if (manifest.format !== ARCHIVE_FORMAT)
    throw new Faulty(`${MANIFEST} has the format "${manifest.format}", not "${ARCHIVE_FORMAT}"`);
  if (manifest.month !== month) throw new Faulty(`${MANIFEST} is of ${manifest.month}, not of ${month}`);
  return manifest;
}

async function linesOf(folder: string, object: ArchivedObject): Promise<string[]> {
  const { file, bytes, sha256: expected } = object;
  if (bytes > MOST_BYTES) throw new Faulty(`${file} is larger than an object can be`);
  const compressed = await contentOf(folder, file, `${file} is missing`);
  const content = await expand(compressed, { maxOutputLength: Math.max(bytes, 1) }).catch(() => null);
  if (content?.length !== bytes || sha256(content) !== expected)
    throw new Faulty(`${file} is not what the manifest says: its lines have another SHA-256`);
  const lines = content.toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Faulty(`${file} does not end with a line feed`);
  if (lines.length !== object.toSeq - object.fromSeq + 1) throw new Faulty(notItsRecords(object));
  return lines;
}

function rowOf(
  text: string,
  object: ArchivedObject,
  writer: string,
  before: { readonly seq: number; readonly hash: string },
) {
  const line = parsed(text);
  if (line === null) throw new Faulty(`${object.file} has a line that is not a record of an archive`);
  const { seq, prevHash, hash, record, subjects } = line;
  if (line.writer !== writer || seq !== before.seq + 1) throw new Faulty(notItsRecords(object));
  if (prevHash !== before.hash)
    throw new Faulty(`${object.file}: record ${String(seq)} does not follow from the record before it`);
  return {
    ...{ type: 'row', writer, seq, prevHash, hash, record },
    ...(subjects === undefined ? {} : { subjects: subjects.map(exported) }),
  };
}

function parsed(text: string): Line | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { subjects, ...rest } = value as Record<string, unknown>;
  if (!hasShape(rest, LINE)) return null;
  return subjects === undefined || isListOf(isSubject)(subjects) ? (value as Line) : null;
}

/** An export has a digest in the place of the sealed value. */
function exported({ odsCode, kind, keyId, hash, sealed }: NonNullable<Line['subjects']>[number]) {
  return { odsCode, kind, keyId, hash, sealedSha256: sha256(Buffer.from(sealed, 'base64')) };
}

const notItsRecords = ({ file, fromSeq, toSeq }: ArchivedObject): string =>
  `${file} has not the records ${String(fromSeq)} to ${String(toSeq)} of its chain`;

async function contentOf(folder: string, file: string, ifMissing: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Faulty(ifMissing);
    throw error;
  }
}

function spanOf(month: string): { readonly fromMs: number; readonly toMs: number } {
  const [, year, number] = MONTH.exec(month) ?? [];
  if (year === undefined || number === undefined) throw new Faulty(`"${month}" is not a month`);
  return { fromMs: Date.UTC(Number(year), Number(number) - 1), toMs: Date.UTC(Number(year), Number(number)) };
}
