// Writes the generated pages of docs/, the generated half of libs/client and the dashboards of Grafana. With --check it compares them instead and fails if one is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'oxfmt';
import { cliPage } from './cli-page.mjs';
import { clientOperations, clientOwnOperations, clientRefusals } from './client-source.mjs';
import { partnerOpenApiDocument } from '../../libs/contracts/dist/partner/partner-openapi.js';
import { diagnosisPage, errorPage } from './error-pages.mjs';
import { governance } from '../observability/governance.mjs';
import { processes } from '../observability/process.mjs';
import { today } from '../observability/today.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '');

const pages = {
  'docs/errors.md': errorPage,
  'docs/diagnoses.md': diagnosisPage,
  'docs/cli.md': cliPage(read('docs/cli.md')),
  'docs/reference/partner-openapi.json': JSON.stringify(partnerOpenApiDocument('1')),
  'libs/client/src/operations.ts': clientOperations,
  'libs/client/src/own-operations.ts': clientOwnOperations,
  'libs/client/src/refusals.ts': clientRefusals,
  'infra/observability/grafana/today.json': JSON.stringify(today),
  'infra/observability/grafana/audit-keys-governance.json': JSON.stringify(governance),
  'infra/observability/grafana/process.json': JSON.stringify(processes),
};

const style = JSON.parse(read('.oxfmtrc.json'));
const outdated = [];
for (const [name, text] of Object.entries(pages)) {
  const { code: page } = await format(name, text, style);
  if (read(name) === page) continue;
  outdated.push(name);
  if (!process.argv.includes('--check')) writeFileSync(join(root, name), page);
}
if (process.argv.includes('--check') && outdated.length > 0) {
  console.error(`Out of date: ${outdated.join(', ')}. Run "npm run docs".`);
  process.exitCode = 1;
}
