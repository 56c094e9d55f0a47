/**
 * Reads the archives that have the records of a month back from every place, verifies them with the code that shares nothing
 * with what made them, and compares each record of the database with them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Condition, partitionsOf } from '@gatehouse/domain/audit/archive/removal';
import type pg from 'pg';
import { fetchTo } from '../commands/evidence/archives.js';
import { checkpointsOf } from '../commands/verify.js';
import { linesOf } from '../files.js';
import { parseLine } from '../verify/export-lines.js';
import { verifyExport } from '../verify/verify-export.js';

export interface WhereArchivesAre {
  readonly places: readonly string[];
  /** Folders with what a place has, for places that are no folders. */
  readonly copies: ReadonlyMap<string, string>;
  /** File with the public key of the checkpoints. */
  readonly key: string;
}

const AT_ONCE = 5_000;

/** The archives with records of the month: its own, and those of later months with what was written late. */
export async function archivesOf(
  client: pg.Client,
  month: string,
): Promise<{ month: string; manifest: string }[]> {
  const { rows } = await client.query<{ month: string; manifest: string }>(
    ARCHIVES(partitionsOf(month).event),
    [month],
  );
  return rows;
}

/** A sentence for each place and archive, and one for the comparison of the records. */
export async function* checkArchives(
  client: pg.Client,
  month: string,
  { places, copies, key }: WhereArchivesAre,
): AsyncGenerator<Condition> {
  const archives = await archivesOf(client, month);
  await client.query('DROP TABLE IF EXISTS pg_temp.removal_archived');
  await client.query('CREATE TEMP TABLE removal_archived (writer uuid, seq bigint, hash text)');
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-removal-'));
  const out = join(folder, 'month.ndjson');
  try {
    for (const [index, place] of places.entries())
      for (const archive of archives) {
        const where = folderOf(place, copies);
        if (where === null) {
          yield unreadable(archive.month, place, 'fetch a copy of it, and name its folder by --copy');
          continue;
        }
        const from = join(where, 'archive', archive.month);
        const fault = await faultOf(archive, { from, checkpoints: where, key, out });
        yield fault === null
          ? {
              isMet: true,
              text: `The archive of ${archive.month} in ${place} was read back and is verified.`,
            }
          : unreadable(archive.month, place, fault);
        if (fault === null && index === 0) await noteRecords(client, out);
      }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  yield await compareRecords(client, month);
}

const unreadable = (month: string, place: string, why: string): Condition => ({
  isMet: false,
  text: `The archive of ${month} in ${place} is not verified: ${why}.`,
});

function folderOf(place: string, copies: ReadonlyMap<string, string>): string | null {
  const copy = copies.get(place);
  if (copy !== undefined) return copy;
  return place.startsWith('file:') ? fileURLToPath(place) : null;
}

/** What is wrong with an archive, or with the export that comes of it. */
async function faultOf(
  archive: { readonly month: string; readonly manifest: string },
  at: { readonly from: string; readonly checkpoints: string; readonly key: string; readonly out: string },
): Promise<string | null> {
  try {
    const { faults } = await fetchTo(archive.month, { ...at, manifest: archive.manifest });
    if (faults[0] !== undefined) return faults[0];
    const report = await verifyExport(linesOf(at.out), await checkpointsOf(at));
    return report.faults[0]?.what ?? null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
  }
}

async function noteRecords(client: pg.Client, file: string): Promise<void> {
  let rows: { writer: string; seq: number; hash: string }[] = [];
  const flush = async (): Promise<void> => {
    await client.query(
      'INSERT INTO removal_archived SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (writer uuid, seq bigint, hash text)',
      [JSON.stringify(rows)],
    );
    rows = [];
  };
  for await (const text of linesOf(file)) {
    const line = parseLine(text);
    if (typeof line === 'string' || line.type !== 'row') continue;
    rows.push({ writer: line.writer, seq: line.seq, hash: line.hash });
    if (rows.length >= AT_ONCE) await flush();
  }
  await flush();
}

async function compareRecords(client: pg.Client, month: string): Promise<Condition> {
  const { rows } = await client.query<{ writer: string; seq: string }>(
    `SELECT e.writer, e.seq FROM audit.${partitionsOf(month).event} e
      WHERE NOT EXISTS (SELECT FROM removal_archived a
        WHERE a.writer = e.writer AND a.seq = e.seq AND a.hash = encode(e.hash, 'hex'))
      ORDER BY e.writer, e.seq LIMIT 1`,
  );
  const other = rows[0];
  return other === undefined
    ? { isMet: true, text: 'Each record of the month is the one that the archive has.' }
    : {
        isMet: false,
        text: `Record ${other.seq} of chain ${other.writer} is not in the archives that were verified, or is another one there.`,
      };
}

/** With those of later months that have a record which is not in its own. */
const ARCHIVES = (event: string): string => `
SELECT a.month, encode(a.manifest, 'hex') AS manifest FROM audit.archive a
 WHERE a.month = $1 OR (a.month > $1 AND EXISTS (
   SELECT FROM audit.archive_chain c
     LEFT JOIN audit.archive_chain own ON own.writer = c.writer AND own.month = $1
     JOIN audit.${event} e ON e.writer = c.writer
      AND e.seq BETWEEN greatest(c.from_seq, coalesce(own.to_seq, 0) + 1) AND c.to_seq
    WHERE c.month = a.month))
 ORDER BY a.month`;
