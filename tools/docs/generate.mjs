// Writes the generated pages of docs/. With --check it compares them instead and fails if one is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { cliPage } from './cli-page.mjs';
import { diagnosisPage, errorPage } from './error-pages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '');

const pages = {
  'docs/errors.md': errorPage,
  'docs/diagnoses.md': diagnosisPage,
  'docs/cli.md': cliPage(read('docs/cli.md')),
};

const config = (await resolveConfig(join(root, 'package.json'))) ?? {};
const outdated = [];
for (const [name, text] of Object.entries(pages)) {
  const page = await format(text, { ...config, parser: 'markdown' });
  if (read(name) === page) continue;
  outdated.push(name);
  if (!process.argv.includes('--check')) writeFileSync(join(root, name), page);
}
if (process.argv.includes('--check') && outdated.length > 0) {
  console.error(`Out of date: ${outdated.join(', ')}. Run "npm run docs".`);
  process.exitCode = 1;
}
