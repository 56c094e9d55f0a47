import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { imageFaults, MAX_BYTES, rootFaults } from './image-contents.mjs';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The folder of an image that has this file alone. */
function imageWith(file, { bytes = 0, mode = 0o644 } = {}) {
  const image = mkdtempSync(join(folder, 'image-'));
  const path = join(image, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, bytes);
  chmodSync(path, mode);
  return image;
}
const faultsOfImageWith = (file, bytes = 0) => imageFaults(imageWith(file, { bytes }));

it.each([
  'node_modules/react/index.js',
  'node_modules/@mui/material/package.json',
  'node_modules/prisma/build/index.js',
  'node_modules/typescript/lib/typescript.js',
  'node_modules/oidc-provider/lib/index.js',
  'apps/simulator/dist/main.js',
  'apps/gateway/dist/hooks/test-hooks.js',
  'apps/gateway/dist/data-plane/record.spec.js',
  'libs/domain/src/errors.ts',
  'config/.env',
])('an image must not contain %s', (file) => {
  expect(faultsOfImageWith(file)).toEqual([expect.stringContaining(file)]);
});

it('an image may contain the licence of a package that is compiled', () => {
  expect(faultsOfImageWith('node_modules/react/LICENSE')).toEqual([]);
});

it('an image must not be larger than its limit', () => {
  expect(faultsOfImageWith('LICENSE', MAX_BYTES)).toEqual([]);
  expect(faultsOfImageWith('LICENSE', MAX_BYTES + 1)).toEqual([expect.stringContaining('the limit is')]);
});

it.each([
  ['Node', 'usr/local/bin/node', 0o755, []],
  ['the command', 'usr/local/bin/gatehouse', 0o755, []],
  ['a library', 'lib/x86_64-linux-gnu/libstdc++.so.6', 0o755, []],
  ['the loader', 'lib64/ld-linux-x86-64.so.2', 0o755, []],
  ['a file of Gatehouse', 'opt/gatehouse/apps/cli/bin/gatehouse.js', 0o755, []],
  ['a file', 'etc/passwd', 0o644, []],
  ['a shell', 'bin/sh', 0o755, ['bin/sh: a program']],
  ['a package manager', 'usr/bin/apt-get', 0o755, ['usr/bin/apt-get: a program']],
  [
    'a program in the folder of Gatehouse',
    'opt/gatehouse/busybox',
    0o755,
    ['opt/gatehouse/busybox: a program'],
  ],
  [
    'a program that runs as its owner',
    'usr/local/bin/node',
    0o4755,
    ['usr/local/bin/node: runs with the rights of its owner'],
  ],
  ['a file that everybody can write', 'etc/passwd', 0o646, ['etc/passwd: can be written by everybody']],
])('the root of an image with %s', (_, file, mode, faults) => {
  expect(rootFaults(imageWith(file, { mode }))).toEqual(faults);
});
