/** The version of Gatehouse before this one, from the history of the checkout, in a folder of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { linkPackages } from '../assure/linked-packages.ts';
import { timed, type DrillRun } from './drill.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MIGRATIONS = 'prisma/migrations';
const execute = promisify(execFile);

export interface PreviousVersion {
  readonly commit: string;
  /** The folder in which it is built. */
  readonly folder: string;
  /** The migrations of this version that it does not know, oldest first. */
  readonly unknownMigrations: readonly string[];
}

/**
 * Builds the commit before the newest migration, or the one that DRILL_PREVIOUS names.
 * @throws Error that says what to do if the checkout does not hold it
 */
export async function buildPreviousVersion(run: DrillRun): Promise<PreviousVersion> {
  const commit = await previousCommit();
  run.step(`building version ${commit.slice(0, 10)}`);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-previous-'));
  run.later(() => rm(folder, { recursive: true, force: true }));
  const interruption = new AbortController();
  run.later(async () => interruption.abort());
  const inFolder = (program: string, args: readonly string[]): Promise<unknown> =>
    execute(program, args, { cwd: folder, signal: interruption.signal });
  const built = await timed(async () => {
    const archive = join(folder, 'version.tar');
    await git('archive', '--format=tar', `--output=${archive}`, commit);
    await inFolder('tar', ['-xf', archive]);
    if (await hasOurPackages(folder)) linkPackages(ROOT, folder);
    else await inFolder('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts']);
    await inFolder(process.execPath, ['tools/build.mjs']);
  });
  run.time('building the previous version', built.ms);
  const known = await migrationsIn(folder);
  const unknownMigrations = (await migrationsIn(ROOT)).filter((name) => !known.includes(name));
  return { commit, folder, unknownMigrations };
}

async function previousCommit(): Promise<string> {
  const named = process.env['DRILL_PREVIOUS'];
  try {
    const [newest = ''] = (await git('ls-tree', '-d', '--name-only', 'HEAD', `${MIGRATIONS}/`))
      .split('\n')
      .toSorted()
      .toReversed();
    const added = await git('log', '--diff-filter=A', '--format=%H', '-1', '--', newest);
    return await git('rev-parse', '--verify', `${named ?? `${added}^`}^{commit}`);
  } catch (error) {
    throw new Error(
      named === undefined
        ? 'This drill builds the previous version from the history of the checkout, which does not hold it. In a shallow clone, run "git fetch --unshallow"; or name a commit or a tag in DRILL_PREVIOUS.'
        : `The checkout has no commit or tag “${named}”, which DRILL_PREVIOUS names.`,
      { cause: error },
    );
  }
}

async function hasOurPackages(folder: string): Promise<boolean> {
  const [ours, its] = await Promise.all(
    [ROOT, folder].map((at) => readFile(join(at, 'package-lock.json'), 'utf8')),
  );
  return ours === its;
}

async function migrationsIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, MIGRATIONS), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute('git', args, { cwd: ROOT });
  return stdout.trim();
}
