// Builds the file tree of the production image, lists its contents, and fails if something is forbidden or the tree is too large.
// Planted contents are refused first, to show that the check sees them. It needs no container engine.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { imageContents, MAX_BYTES } from './image-contents.mjs';
import { buildImageTree } from './image-tree.mjs';

const PLANTED = [
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
];
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
try {
  const plant = (file) => {
    const path = join(folder, 'planted', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    return path;
  };
  PLANTED.forEach(plant);
  truncateSync(plant('LICENSE'), MAX_BYTES + 1);
  const refused = imageContents(join(folder, 'planted')).faults.join('\n');
  const missed = [...PLANTED, 'the limit is'].filter((text) => !refused.includes(text));
  if (missed.length > 0) throw new Error(`The check does not see ${missed.join(', ')}.`);

  const tree = join(folder, 'tree');
  await buildImageTree(tree);
  const { files, sizes, faults } = imageContents(tree);
  for (const [name, bytes] of sizes) console.log(`${(bytes / 1000).toFixed(0).padStart(7)} kB  ${name}`);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`${(total / 1e6).toFixed(1)} MB in ${files.length} files`);
  if (faults.length > 0) throw new Error(`The image must not contain:\n${faults.join('\n')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
