/** Writes the manifests: `node app.ts --settings FILE --out FOLDER`; docs/guides/kubernetes.md says what the file holds. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { manifests } from './src/manifests.ts';
import { readSettingsFile } from './src/settings.ts';

const { settings, out } = parseArgs({
  options: { settings: { type: 'string' }, out: { type: 'string', default: 'manifests' } },
}).values;
if (settings === undefined) throw new Error('Name the file with the settings: --settings FILE');
const files = manifests(readSettingsFile(settings));
for (const [path, text] of files) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
console.log(`${files.size} files are in ${out}.`);
