// Finds Prometheus and promtool for the tests of the alerts, or unpacks Debian's, which starts no service.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const unpacked = fileURLToPath(new URL('../node_modules/.cache/gatehouse/prometheus', import.meta.url));
const folders = [
  process.env.PROMETHEUS_HOME,
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  join(unpacked, 'usr/bin'),
];

/** @returns the paths of both programs; undefined if they are not here */
export function findPrometheus() {
  const folder = folders.find(
    (each) =>
      each !== undefined && existsSync(join(each, 'prometheus')) && existsSync(join(each, 'promtool')),
  );
  return folder && { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}

/** @returns whether Prometheus is here, now or already */
export function ensurePrometheus() {
  if (findPrometheus() === undefined && existsSync('/usr/bin/apt-get')) {
    console.log('Unpacking Prometheus from Debian’s packages …');
    if (!unpack() && process.getuid?.() === 0) {
      spawnSync('apt-get', ['update'], { stdio: 'ignore' });
      unpack();
    }
  }
  return findPrometheus() !== undefined;
}

function unpack() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-prometheus-'));
  try {
    spawnSync('apt-get', ['download', 'prometheus'], { cwd: folder, stdio: 'ignore' });
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (archive === undefined) return false;
    mkdirSync(unpacked, { recursive: true });
    return spawnSync('dpkg', ['-x', join(folder, archive), unpacked], { stdio: 'ignore' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
