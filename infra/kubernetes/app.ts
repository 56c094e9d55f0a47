/** Writes the manifests: `node app.ts --settings FILE --out FOLDER`; docs/guides/kubernetes.md says what the file holds. */
import { parseArgs } from 'node:util';
import { writeManifests } from './src/manifests.ts';
import { readSettingsFile } from './src/settings.ts';

const { settings, out } = parseArgs({
  options: { settings: { type: 'string' }, out: { type: 'string', default: 'manifests' } },
}).values;
if (settings === undefined) throw new Error('Name the file with the settings: --settings FILE');
const count = writeManifests(readSettingsFile(settings), out);
console.log(`${count} files are in ${out}.`);
