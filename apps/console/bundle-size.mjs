// What a browser loads before a page is seen: the entry, the page, all they import, and the typeface. Fails above the limit.
import { existsSync, readFileSync } from 'node:fs';

const LIMITS = { 'src/dashboard/dashboard.tsx': 325_000, 'src/organisations/organisation-list.tsx': 350_000 };
// Loaded only where a page shows a letter of it: `unicode-range` says which.
const ON_DEMAND = /-latin-ext-/;

const www = new URL('dist/www/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', www), 'utf8'));

function collect(name, files, seen) {
  if (seen.has(name)) return;
  seen.add(name);
  const { file, css = [], assets = [], imports = [] } = manifest[name];
  for (const each of [file, ...css, ...assets]) if (!ON_DEMAND.test(each)) files.add(each);
  for (const each of imports) collect(each, files, seen);
}

/** As Brotli, in which every browser that the console supports is served; typefaces are compressed already. */
const sizeOf = (file) => {
  const compressed = new URL(`${file}.br`, www);
  return readFileSync(existsSync(compressed) ? compressed : new URL(file, www)).length;
};

for (const [page, limit] of Object.entries(LIMITS)) {
  if (manifest[page] === undefined) throw new Error(`${page} is no longer a chunk of its own`);
  const [files, seen] = [new Set(), new Set()];
  for (const name of ['index.html', page]) collect(name, files, seen);
  const bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
  console.log(
    `console: ${page} loads ${(bytes / 1000).toFixed(0)} kB compressed; the limit is ${limit / 1000}`,
  );
  if (bytes > limit) {
    console.error('Move what this page does not need at first into a chunk of its own (React.lazy).');
    process.exitCode = 1;
  }
}
