/** Makes the evidence pack of an organisation and a period, and writes its files into a folder or a ZIP. */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { date } from '@gatehouse/contracts/registry/identifiers';
import { type Command, InvalidArgumentError } from 'commander';
import { zipSync } from 'fflate';
import { callLines } from '../../api.js';
import { Failure } from '../../failure.js';
import { unreadable } from '../../files.js';
import { type Context, REASON_IN_TRAIL } from '../../options.js';
import { print } from '../../output.js';

interface Options {
  readonly from: string;
  readonly until: string;
  readonly out?: string;
  readonly reason: string;
}

export function evidencePackCommand(program: Command, { settings, output }: Context): void {
  program
    .command('evidence-pack <ods-code>')
    .description(
      'Make the evidence pack of an organisation and a period: who was responsible, what was allowed and why, who decided it, and what happened. The pack is signed, and making it is recorded.',
    )
    .requiredOption('--from <date>', 'first day, Europe/London: 2026-04-01', day)
    .requiredOption('--until <date>', 'last day, yesterday at the latest: 2027-03-31', day)
    .requiredOption(...REASON_IN_TRAIL)
    .option(
      '--out <place>',
      'folder for the files, which must be empty or not exist; or, ending in .zip, one file for all of them',
    )
    .action(async (organisation: string, { from, until, out, reason }: Options) => {
      const place = out ?? `evidence-${organisation}-${from}-${until}`;
      const isZip = place.endsWith('.zip');
      await (isZip ? requireNew(place) : requireEmpty(place));
      const { files, sha256 } = await receive(
        callLines(settings, 'evidencePackMake', { body: { organisation, from, until, reason } }),
        (text) => {
          if (output.interactive) output.err(`\r${text}`.padEnd(60));
        },
      );
      if (output.interactive) output.err('\n');
      await (isZip ? writeZip(place, files) : writeFiles(place, files));
      const names = [...files.keys()];
      print(output, { [isZip ? 'zip' : 'folder']: place, files: names, sha256 }, () =>
        [
          `Written to ${place}: ${names.join(', ')}.`,
          `SHA-256 of the manifest, which the audit trail has too: ${sha256}`,
          `To verify it: gatehouse verify-pack ${place} --key evidence-key.pem`,
        ].join('\n'),
      );
    });
}

function day(text: string): string {
  if (date.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write a date as YYYY-MM-DD.');
}

type Lines = ReturnType<typeof callLines<'evidencePackMake'>>;

/** @throws Failure if it could not be made, or not all of it has arrived */
async function receive(
  lines: Lines,
  onProgress: (text: string) => void,
): Promise<{ files: Map<string, Buffer>; sha256: string }> {
  const parts = new Map<string, Buffer[]>();
  const sizes = new Map<string, number>();
  let sha256: string | null = null;
  for await (const line of lines) {
    if (line.type === 'failed') throw new Failure(line.detail);
    if (line.type === 'progress') onProgress(`Gatehouse is ${line.what} (${line.done} of ${line.total})`);
    if (line.type === 'done') sha256 = line.sha256;
    if (line.type !== 'file') continue;
    parts.set(line.name, [...(parts.get(line.name) ?? []), Buffer.from(line.base64, 'base64')]);
    sizes.set(line.name, line.size);
  }
  const files = new Map([...parts].map(([name, each]) => [name, Buffer.concat(each)]));
  const isWhole = [...files].every(([name, bytes]) => bytes.length === sizes.get(name));
  if (sha256 === null || !isWhole)
    throw new Failure('The connection was lost before the pack was complete. Make it again.');
  return { files, sha256 };
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(folder, error);
  });
  if (names.length > 0)
    throw new Failure(`${folder} is not empty. Name another folder with --out, so that no two packs mix.`, 2);
}

async function requireNew(file: string): Promise<void> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new Failure(`${file} exists. Name another file with --out.`, 2);
}

async function writeZip(file: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  await writeFile(file, zipSync(Object.fromEntries(files)), { flag: 'wx' }).catch((error: unknown) => {
    throw notWritten(file, error);
  });
}

/** All of them or none: a folder with half a pack would look like one that was tampered with. */
async function writeFiles(folder: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    for (const [name, bytes] of files) await writeFile(join(unfinished, name), bytes);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  } catch (error) {
    throw notWritten(folder, error);
  }
}

function notWritten(place: string, error: unknown): Failure {
  const cause = error instanceof Error ? error.message : String(error);
  return new Failure(`The files can't be written to ${place}: ${cause}`, 2);
}
