// Finds Redis for the tests of background jobs, or unpacks Debian's, which starts no service.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { libraryPath } from './debian-packages.mjs';

const unpacked = fileURLToPath(new URL('../node_modules/.cache/gatehouse/redis', import.meta.url));
/** With the libraries that a bare Debian lacks. */
const PACKAGES = [
  ...['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblua5.1-0', 'liblzf1'],
  ...['lua-bitop', 'lua-cjson'],
];
const installed = [process.env.REDIS_HOME, '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];

/** @returns the program, and the variables of its environment; undefined if it is not here */
export function findRedis() {
  const folder = installed.find((each) => each !== undefined && existsSync(join(each, 'redis-server')));
  if (folder !== undefined) return { program: join(folder, 'redis-server'), env: {} };
  const program = join(unpacked, 'usr/bin/redis-server');
  if (!existsSync(program)) return undefined;
  return { program, env: { LD_LIBRARY_PATH: libraryPath(unpacked) } };
}

/** @returns whether Redis is here, now or already */
export function ensureRedis() {
  if (findRedis() === undefined && existsSync('/usr/bin/apt-get')) {
    console.log('Unpacking Redis from Debian’s packages …');
    if (!unpack() && process.getuid?.() === 0) {
      spawnSync('apt-get', ['update'], { stdio: 'ignore' });
      unpack();
    }
  }
  return findRedis() !== undefined;
}

function unpack() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));
  try {
    spawnSync('apt-get', ['download', ...PACKAGES], { cwd: folder, stdio: 'ignore' });
    const archives = readdirSync(folder).filter((name) => name.endsWith('.deb'));
    if (archives.length < PACKAGES.length) return false;
    mkdirSync(unpacked, { recursive: true });
    return archives.every(
      (name) => spawnSync('dpkg', ['-x', join(folder, name), unpacked], { stdio: 'ignore' }).status === 0,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
