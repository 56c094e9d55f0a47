// What a browser loads before a page is seen: the entry, the page, all they import, and the typeface. Fails above LIMIT.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 420_000;
const PAGES = ['src/dashboard/dashboard.tsx', 'src/organisations/organisation-list.tsx'];
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

/** Typefaces are compressed already, and served as they are. */
const sizeOf = (file) => {
  const bytes = readFileSync(new URL(file, www));
  return file.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length;
};

for (const page of PAGES) {
  if (manifest[page] === undefined) throw new Error(`${page} is no longer a chunk of its own`);
  const [files, seen] = [new Set(), new Set()];
  for (const name of ['index.html', page]) collect(name, files, seen);
  const bytes = [...files].reduce((sum, file) => sum + sizeOf(file), 0);
  console.log(
    `console: ${page} loads ${(bytes / 1000).toFixed(0)} kB compressed; the limit is ${LIMIT / 1000}`,
  );
  if (bytes > LIMIT) {
    console.error('Move what this page does not need at first into a chunk of its own (React.lazy).');
    process.exitCode = 1;
  }
}
