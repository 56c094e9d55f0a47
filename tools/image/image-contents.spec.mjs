import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { imageFaults, MAX_BYTES } from './image-contents.mjs';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with an image that has this file alone. */
function faultsOfImageWith(file, bytes = 0) {
  const image = mkdtempSync(join(folder, 'image-'));
  const path = join(image, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return imageFaults(image);
}

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
