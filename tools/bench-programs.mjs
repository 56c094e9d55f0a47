// Finds wrk, nginx and haproxy for the benchmark, or unpacks Debian's. Without them it makes do.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { librariesOf, libraryPath, unpackDebianPackages } from './debian-packages.mjs';

const unpacked = fileURLToPath(new URL('../node_modules/.cache/gatehouse/bench', import.meta.url));

/** The path below the root of the system, and the arguments with which each program only prints its version. */
const programs = {
  wrk: { path: 'usr/bin/wrk', version: ['-v'] },
  nginx: { path: 'usr/sbin/nginx', version: ['-v'] },
  haproxy: { path: 'usr/sbin/haproxy', version: ['-v'] },
};

/**
 * A program that was found to start, the environment that it needs and its version; undefined if it can't be had.
 * @param {'wrk' | 'nginx' | 'haproxy'} name
 */
export function benchProgram(name) {
  const installed = startable(name, '/');
  if (installed !== undefined) return installed;
  const folder = join(unpacked, name);
  if (!existsSync(folder)) unpackDebianPackages([name, ...librariesOf(name)], folder);
  return startable(name, folder);
}

function startable(name, root) {
  const { path, version } = programs[name];
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  const env = root === '/' ? {} : { LD_LIBRARY_PATH: libraryPath(root) };
  const { stdout, stderr, error } = spawnSync(file, version, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  const [, number] = /(?:wrk|nginx|version)\W+(?:debian\/)?(\d[\w.+-]*)/i.exec(`${stdout}${stderr}`) ?? [];
  return error === undefined && number !== undefined ? { file, env, version: number } : undefined;
}
