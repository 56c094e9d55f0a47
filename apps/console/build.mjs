// Builds the console. Vite can't read files whose path holds `#` or `?`, so a checkout with such a path is built by way of
// a link whose path has neither.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { writeBundledPackages } from '../../tools/bundle/packages.mjs';
import config from './vite.config.mjs';

const UNREADABLE = /[#?]/;
const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));

async function buildIn(seenRepository, resolve = {}) {
  const root = join(seenRepository, relative(repository, folder));
  const { output } = await build({ ...config, configFile: false, root, resolve });
  writeBundledPackages(join(folder, 'dist/packages.json'), output, seenRepository);
}

if (UNREADABLE.test(folder)) {
  const temporary = realpathSync(tmpdir());
  if (UNREADABLE.test(temporary))
    throw new Error(
      `Vite can't build in ${folder}, nor by way of ${temporary}. Set TMPDIR to a path without # and ?.`,
    );
  const linkFolder = mkdtempSync(join(temporary, 'gatehouse-console-'));
  const link = join(linkFolder, 'repository');
  symlinkSync(repository, link, 'junction');
  try {
    await buildIn(link, { preserveSymlinks: true });
  } finally {
    rmSync(linkFolder, { recursive: true });
  }
} else await buildIn(repository);

// As the admin listener serves it to browsers that read Brotli. Compressed here, since its best level takes seconds.
const assets = new URL('dist/www/assets/', import.meta.url);
for (const name of readdirSync(assets)) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  writeFileSync(new URL(`${name}.br`, assets), brotliCompressSync(readFileSync(new URL(name, assets))));
}
