import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../failure.js';
import { linesOf, unreadable } from '../files.js';
import type { Context } from '../options.js';
import { count, print } from '../output.js';
import type { CheckpointFile, CheckpointReport } from '../verify/checkpoints.js';
import { readKeyFile } from '../verify/key-file.js';
import type { FoundRecord, RecordReport } from '../verify/record-proof.js';
import { type GivenCheckpoints, verifyExport, type VerifyReport } from '../verify/verify-export.js';

interface Options {
  readonly checkpoints?: string;
  readonly key?: string;
  readonly record?: string;
}

export function verifyCommand(program: Command, { output, setExitCode }: Context): void {
  program
    .command('verify <file>')
    .description(
      'Verify an audit export offline; only the file is needed. The exit code is 1 if anything is wrong.',
    )
    .option('--checkpoints <folder>', 'signed checkpoints, with which the export is compared (needs --key)')
    .option('--key <file>', 'public key of the checkpoints in PEM, as KMS gives it')
    .option(
      '--record <id>',
      'attempt id, request id, or writer:number of a record: where it stands, and which checkpoint covers it (needs --checkpoints). If it is absent or not covered, the exit code is 1',
    )
    .action(async (file: string, options: Options) => {
      const checkpoints = await checkpointsOf(options);
      if (options.record !== undefined && checkpoints === null)
        throw new Failure('Give --checkpoints and --key with --record: without them no record is proved.', 2);
      const report = await verifyExport(linesOf(file), checkpoints, options.record);
      print(output, report, reportText);
      if (!report.ok || report.record?.proved === false) setExitCode(1);
    });
}

/** @throws Failure if one option is given without the other, or what they name can't be read */
export async function checkpointsOf(options: {
  checkpoints?: string;
  key?: string;
}): Promise<GivenCheckpoints | null> {
  const { checkpoints: folder, key } = options;
  if (folder === undefined && key === undefined) return null;
  if (folder === undefined || key === undefined)
    throw new Failure('Give both --checkpoints and --key: a checkpoint proves nothing without its key.', 2);
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const files = names.filter((name) => name.startsWith('checkpoint-') && name.endsWith('.txt')).sort();
  if (files.length === 0) throw new Failure(`There is no checkpoint in ${folder}.`, 2);
  return { keys: await readKeyFile(key), files: filesOf(folder, files) };
}

async function* filesOf(folder: string, names: readonly string[]): AsyncGenerator<CheckpointFile> {
  for (const name of names) yield { name, text: await readFile(join(folder, name), 'utf8') };
}

function reportText(report: VerifyReport): string {
  const { ok, whole, rows, writers, attempts, open: openAttempts, faultCount, faults, checkpoints } = report;
  const { removed, record } = report;
  const extent = whole ? 'the whole trail' : 'a part of the trail, by start time';
  const lines = [
    `${count(rows, 'row')} of ${count(writers, 'writer')} about ${count(attempts, 'attempt')}: ${extent}.`,
  ];
  if (openAttempts > 0)
    lines.push(`Still in progress when the export was made: ${count(openAttempts, 'attempt')}.`);
  for (const { month, rows: gone, manifestSha256 } of removed)
    lines.push(
      `${month} has left the database, with ${count(gone, 'row')} of these chains. They are in its archive, whose manifest has the SHA-256 ${manifestSha256}: fetch and verify it with "gatehouse audit fetch ${month}".`,
    );
  if (checkpoints !== null) lines.push(...checkpointLines(checkpoints));
  for (const { line, what } of faults) lines.push(line === 0 ? what : `line ${line}: ${what}`);
  if (faultCount > faults.length) lines.push(`… and ${faultCount - faults.length} more.`);
  if (checkpoints === null)
    lines.push('Without checkpoints, nobody can tell whether a chain, or rows at its end, were removed.');
  lines.push(
    ok
      ? 'Verified: every chain is unbroken and every row is as it was written.'
      : `NOT verified: ${count(faultCount, 'fault')}.`,
  );
  if (record !== null) lines.push('', ...recordLines(record));
  return lines.join('\n');
}

function recordLines({ id, proved, records }: RecordReport): string[] {
  if (records.length === 0) return [`NOT proved: this export has no record of ${id}.`];
  const lines = records.flatMap(foundLines);
  // A record that was asked for by its place is shown without the others of its attempt.
  const started = id.includes(':') ? [] : records.filter(({ kind }) => kind === 'INTENT');
  for (const { attemptId } of started)
    if (!records.some((other) => other.kind === 'OUTCOME' && other.attemptId === attemptId))
      lines.push(`This export has no OUTCOME of attempt ${String(attemptId)}.`);
  const uncovered = records.filter(({ coveredBy }) => coveredBy === null).length;
  lines.push(
    proved
      ? `Proved: ${count(records.length, 'record')} of ${id}, unchanged since the checkpoint that covers it.`
      : `NOT proved: no checkpoint covers ${String(uncovered)} of ${count(records.length, 'record')} of ${id}.`,
  );
  return lines;
}

function foundLines(found: FoundRecord): string[] {
  const { kind, attemptId, atMs, line, writer, seq, prevHash, hash, coveredBy, why } = found;
  return [
    `${String(kind)} of attempt ${String(attemptId)}, written ${moment(atMs)}: row ${String(seq)} of writer ${writer}, line ${String(line)}`,
    `  previous hash ${prevHash}`,
    `  hash          ${hash}`,
    coveredBy === null
      ? `  not covered: ${why ?? ''}.`
      : `  covered by checkpoint ${String(coveredBy.checkpoint)} of ${moment(coveredBy.atMs)}, which names row ${String(coveredBy.seq)}`,
  ];
}

/** A record may say anything. */
function moment(ms: unknown): string {
  const date = new Date(typeof ms === 'number' ? ms : NaN);
  return Number.isNaN(date.getTime()) ? 'at no time' : date.toISOString();
}

function checkpointLines({
  checkpoints,
  coveredToMs,
  headsChecked,
  headsOutside,
}: CheckpointReport): string[] {
  const until = coveredToMs === null ? 'never' : new Date(coveredToMs).toISOString();
  const lines = [
    `Compared with ${count(checkpoints, 'checkpoint')}, the newest of ${until}: ${count(headsChecked, 'row')} that they cover.`,
  ];
  if (headsOutside > 0)
    lines.push(`Not compared, because the export does not have them: ${count(headsOutside, 'row')}.`);
  return lines;
}
