import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../failure.js';
import { readBytes, unreadable } from '../../files.js';
import type { Context } from '../../options.js';
import { count, print } from '../../output.js';
import { readKeyFile } from '../../verify/key-file.js';
import { filesInZip, MOST_FILES } from '../../verify/pack-zip.js';
import { type PackReport, verifyPack } from '../../verify/verify-pack.js';

interface Options {
  readonly key: string;
  readonly organisation?: string;
  readonly from?: string;
  readonly until?: string;
}

export function verifyPackCommand(program: Command, { output, setExitCode }: Context): void {
  program
    .command('verify-pack <pack>')
    .description(
      'Verify an evidence pack, a folder or a ZIP, offline; only its files and the public key are needed. The exit code is 1 if anything is wrong.',
    )
    .requiredOption('--key <file>', 'public key of evidence packs in PEM, as KMS gives it')
    .option('--organisation <ods-code>', 'the organisation that the pack must be about')
    .option('--from <date>', 'the first day that it must have')
    .option('--until <date>', 'the last day that it must have')
    .action(async (pack: string, { key, ...expected }: Options) => {
      const keys = await readKeyFile(key);
      const report = verifyPack({ files: await filesOf(pack), keys }, expected);
      print(output, report, reportText);
      if (!report.ok) setExitCode(1);
    });
}

/** @throws Failure if it is neither a folder nor a ZIP, or is too large */
async function filesOf(pack: string): Promise<Map<string, Buffer>> {
  const names = await readdir(pack).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw unreadable(pack, error);
  });
  if (names !== null) return filesIn(pack, names);
  const files = filesInZip(await readBytes(pack));
  if ('fault' in files) throw new Failure(`${pack}: ${files.fault}.`, 2);
  return files;
}

async function filesIn(folder: string, names: readonly string[]): Promise<Map<string, Buffer>> {
  if (names.length > MOST_FILES) throw new Failure(`${folder} has too many files to be an evidence pack.`, 2);
  const files = new Map<string, Buffer>();
  for (const name of names.toSorted()) files.set(name, await readBytes(join(folder, name)));
  return files;
}

function reportText({ ok, faults, pack }: PackReport): string {
  const about =
    pack === null
      ? []
      : [
          `Evidence pack of ${pack.organisation}, ${pack.from} to ${pack.until}, made at ${pack.madeAt} by ${pack.madeBy}.`,
          `Files: ${pack.files.join(', ')}. SHA-256 of the manifest: ${pack.sha256}`,
        ];
  const result = ok
    ? 'Verified: every file is as it was signed.'
    : `NOT verified: ${count(faults.length, 'fault')}.`;
  return [...about, ...faults.map((fault) => `${fault}.`), result].join('\n');
}
