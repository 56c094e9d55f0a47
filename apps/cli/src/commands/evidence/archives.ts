/** The archive of the trail: which months are archived, and how the records of one come back as an export. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { TrailArchiveView } from '@gatehouse/contracts/audit/trail-routes';
import { month } from '@gatehouse/contracts/registry/identifiers';
import { type Command, InvalidArgumentError } from 'commander';
import { call } from '../../api.js';
import { unreadable } from '../../files.js';
import type { Context } from '../../options.js';
import { count, print, table } from '../../output.js';
import { fetchArchive, type FetchedArchive } from '../../verify/archive.js';

interface FetchOptions {
  readonly from: string;
  readonly out: string;
  readonly manifest?: string;
}

export function archiveCommands(audit: Command, { settings, output, setExitCode }: Context): void {
  audit
    .command('archives')
    .description('List the months of the trail that are archived, newest first, and say which one is next.')
    .action(async () => {
      const { archive, checkpoints } = await call(settings, 'trailShow', {});
      print(output, archive, (shown) => archiveText(shown, checkpoints !== null));
    });

  audit
    .command('fetch')
    .argument('<month>', 'month that is archived: 2026-11', monthIn)
    .description(
      'Write an archived month as an export, which "gatehouse verify" checks; only its files are needed. The exit code is 1 if anything is wrong.',
    )
    .requiredOption('--from <folder>', 'folder with the files of the month, manifest.json among them')
    .requiredOption('--out <file>', 'file for the export; it is not written if anything is wrong')
    .option('--manifest <sha256>', 'SHA-256 that the manifest must have, as the audit trail has it')
    .action(async (of: string, options: FetchOptions) => {
      const fetched = await fetchTo(of, options);
      print(output, fetched, (result) => fetchedText(result, options.out));
      if (fetched.faults.length > 0) setExitCode(1);
    });
}

/** The file appears once all of it is there. */
export async function fetchTo(of: string, { from, out, manifest }: FetchOptions): Promise<FetchedArchive> {
  const draft = `${out}.part`;
  const file = createWriteStream(draft, { mode: 0o600 });
  try {
    await once(file, 'open');
    const fetched = await fetchArchive(of, from, async (line) => {
      if (!file.write(`${line}\n`)) await once(file, 'drain');
    }).catch((error: unknown) => {
      throw unreadable(from, error);
    });
    file.end();
    await once(file, 'close');
    const result = compared(fetched, manifest);
    if (result.faults.length === 0) await rename(draft, out);
    return result;
  } finally {
    file.destroy();
    await rm(draft, { force: true });
  }
}

function compared(fetched: FetchedArchive, manifest: string | undefined): FetchedArchive {
  if (manifest === undefined || fetched.manifest === null || fetched.manifest === manifest.toLowerCase())
    return fetched;
  return { ...fetched, faults: [...fetched.faults, 'manifest.json has another SHA-256 than was given'] };
}

export function monthIn(text: string): string {
  if (month.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write a month like 2026-11.');
}

/** @param isOn there are checkpoints, and so places */
function archiveText({ months, next, failing }: TrailArchiveView, isOn: boolean): string {
  const rows = table(
    months,
    [
      ['Month', (each) => each.month],
      ['Archived', ({ archivedAt }) => archivedAt],
      ['Records', ({ records }) => records],
      ['Objects', ({ objects }) => objects],
      ['Checkpoint', ({ checkpoint }) => checkpoint],
      ['SHA-256 of the manifest', ({ manifest }) => manifest],
      ['Left the database', ({ removedAt }) => removedAt],
      ['Stored in', ({ places }) => places],
    ],
    'No month is archived yet.',
  );
  return [
    rows,
    ...(next === null || !isOn ? [] : [`Next is ${next.month}, from ${next.dueAt} on.`]),
    ...(isOn ? [] : ['No checkpoint has been made. Months are archived where checkpoints are stored.']),
    ...(failing === null ? [] : [`Archiving has failed since ${failing.since}: ${failing.cause}.`]),
  ].join('\n');
}

function fetchedText(
  { faults, records, objects, manifest, checkpoint }: FetchedArchive,
  out: string,
): string {
  if (faults.length > 0) return [...faults.map((fault) => `${fault}.`), 'Nothing was written.'].join('\n');
  return [
    `${count(records, 'record')} of ${count(objects, 'object')}, as the manifest says. They were archived at checkpoint ${String(checkpoint)}.`,
    `SHA-256 of the manifest: ${String(manifest)}`,
    `Verify them: gatehouse verify ${out} --checkpoints FOLDER --key FILE`,
  ].join('\n');
}
