// What a browser loads before the first page is seen: the entry, the dashboard, and all they import. Fails above LIMIT.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT = 500_000;
const www = new URL('dist/www/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', www), 'utf8'));
const first = ['index.html', 'src/dashboard/dashboard.tsx'];
for (const name of first) {
  if (manifest[name] === undefined) throw new Error(`${name} is no chunk of its own any more`);
}

const files = new Set();
const seen = new Set();
function collect(name) {
  if (seen.has(name)) return;
  seen.add(name);
  const { file, css = [], imports = [] } = manifest[name];
  for (const each of [file, ...css]) files.add(each);
  for (const each of imports) collect(each);
}
first.forEach(collect);

const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, www))).length, 0);
console.log(
  `console: first load ${(bytes / 1000).toFixed(0)} kB compressed, of ${String(LIMIT / 1000)} allowed`,
);
if (bytes > LIMIT) {
  console.error('Split what the first page does not need into a route of its own (React.lazy).');
  process.exitCode = 1;
}
