// Finds Prometheus and promtool for the tests of the alerts, or unpacks Debian's, which starts no service.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unpackDebianPackages } from './debian-packages.mjs';

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
    unpackDebianPackages(['prometheus'], unpacked);
  }
  return findPrometheus() !== undefined;
}
