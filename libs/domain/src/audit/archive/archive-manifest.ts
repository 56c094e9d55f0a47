/**
 * The archive of a month (docs/audit.md, "Archive"): objects with the records of its chains, and a manifest that says which
 * these are. A manifest is written once all its objects are stored.
 */
import type { ChainHead } from '../checkpoint.js';
import type { Stretch } from './archive-month.js';

export const ARCHIVE_FORMAT = 'gatehouse-archive/1';

/** What the archive has of a chain. Hashes are in hex. */
export interface ArchivedChain extends Stretch {
  /** How the chain stood when the archive was begun. */
  readonly state: string;
  readonly head: Pick<ChainHead, 'seq' | 'hash'>;
  /** Of the record before the first one, and of the last one. */
  readonly prevHash: string;
  readonly hash: string;
}

/** What an archive will have. It is fixed before its first object is stored, so that every run makes the same objects. */
export interface ArchivePlan {
  readonly month: string;
  /** Epoch ms. */
  readonly plannedAtMs: number;
  /** The version of Gatehouse that began it. */
  readonly gatehouse: string;
  /** SHA-256 of the manifest of the archive before it; zeros for the first. */
  readonly previous: string;
  /** The newest checkpoint then, which covers every record of the archive. */
  readonly checkpoint: { readonly sequence: number; readonly sha256: string };
  readonly chains: readonly ArchivedChain[];
}

export interface ArchiveObject extends Stretch {
  /** Its name in a place. */
  readonly file: string;
  readonly prevHash: string;
  readonly hash: string;
  /** Of its lines before they are compressed; a compressed form depends on the machine that made it. */
  readonly bytes: number;
  readonly sha256: string;
}

export const FIRST_ARCHIVE = '0'.repeat(64);

/** All names of an archive begin with it. */
export const archiveFolder = (month: string): string => `archive/${month}/`;
export const manifestFile = (month: string): string => `${archiveFolder(month)}manifest.json`;

/** Sorts by chain and number. */
export function objectFile(month: string, { writer, fromSeq, toSeq }: Stretch): string {
  const [from, to] = [fromSeq, toSeq].map((seq) => String(seq).padStart(12, '0'));
  return `${archiveFolder(month)}${writer}-${from}-${to}.ndjson.gz`;
}

/**
 * What is missing or doesn't fit, for people; null: the objects have every record of the plan once, in one chain each.
 * @param objects in any order
 */
export function faultOfObjects(plan: ArchivePlan, objects: readonly ArchiveObject[]): string | null {
  const byWriter = Map.groupBy(objects, ({ writer }) => writer);
  const planned = new Set(plan.chains.map(({ writer }) => writer));
  const stranger = objects.find(({ writer }) => !planned.has(writer));
  if (stranger !== undefined) return `${stranger.file} is of a chain that the archive does not have`;
  for (const chain of plan.chains) {
    let end = { seq: chain.fromSeq - 1, hash: chain.prevHash };
    for (const object of inOrder(byWriter.get(chain.writer) ?? [])) {
      if (object.fromSeq !== end.seq + 1)
        return `${object.file} does not begin with record ${String(end.seq + 1)}`;
      if (object.prevHash !== end.hash) return `${object.file} does not follow from the record before it`;
      end = { seq: object.toSeq, hash: object.hash };
    }
    if (end.seq !== chain.toSeq)
      return `the objects of chain ${chain.writer} end at record ${String(end.seq)}, not ${String(chain.toSeq)}`;
    if (end.hash !== chain.hash) return `the objects of chain ${chain.writer} end with another record`;
  }
  return null;
}

export function manifestText(plan: ArchivePlan, objects: readonly ArchiveObject[]): string {
  const { month, plannedAtMs, gatehouse, previous, checkpoint } = plan;
  const byWriter = Map.groupBy(objects, ({ writer }) => writer);
  const chains = plan.chains
    .toSorted((a, b) => (a.writer < b.writer ? -1 : 1))
    .map(({ writer, state, head, fromSeq, toSeq, prevHash, hash }) => ({
      ...{ writer, state, head: { seq: head.seq, hash: head.hash }, fromSeq, toSeq, prevHash, hash },
      objects: inOrder(byWriter.get(writer) ?? []).map(({ file, bytes, sha256, ...object }) => ({
        ...{ file: file.slice(archiveFolder(month).length) },
        ...{ fromSeq: object.fromSeq, toSeq: object.toSeq, bytes, sha256 },
      })),
    }));
  const manifest = {
    ...{ format: ARCHIVE_FORMAT, month, plannedAtMs, gatehouse, previous },
    ...{ checkpoint: { sequence: checkpoint.sequence, sha256: checkpoint.sha256 } },
    ...{ records: recordsIn(plan.chains), objects: objects.length, chains },
  };
  return `${JSON.stringify(manifest, null, 1)}\n`;
}

/**
 * The plan of an archive that a place has already: the database was restored to a time before it. Whatever the plan leaves
 * out, the next archive has, since that goes on where this one ends.
 * @throws if the text is not a manifest of this month
 */
export function planOfManifest(month: string, text: string): ArchivePlan {
  const manifest = JSON.parse(text) as ArchivePlan & { readonly format: string };
  const { plannedAtMs, gatehouse, previous, checkpoint, chains } = manifest;
  if (manifest.format !== ARCHIVE_FORMAT || manifest.month !== month)
    throw new Error(`it is not a manifest of ${month}`);
  return {
    ...{ month, plannedAtMs, gatehouse, previous, checkpoint },
    chains: chains.map(({ writer, state, head, fromSeq, toSeq, prevHash, hash }) => ({
      ...{ writer, state, head, fromSeq, toSeq, prevHash, hash },
    })),
  };
}

export function recordsIn(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0);
}

function inOrder(objects: readonly ArchiveObject[]): ArchiveObject[] {
  return objects.toSorted((a, b) => a.fromSeq - b.fromSeq);
}
