import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { imageContents, MAX_BYTES } from './image-contents.mjs';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The contents of an image that has this file. */
function imageWith(file, bytes = 0) {
  const image = mkdtempSync(join(folder, 'image-'));
  const path = join(image, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  truncateSync(path, bytes);
  return imageContents(image);
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
  expect(imageWith(file).faults).toEqual([expect.stringContaining(file)]);
});

it('an image must not be larger than its limit', () => {
  expect(imageWith('LICENSE', MAX_BYTES).faults).toEqual([]);
  expect(imageWith('LICENSE', MAX_BYTES + 1).faults).toEqual([expect.stringContaining('the limit is')]);
});
