// Shows that every import rule bites: a forbidden import planted at the row's place must be refused by exactly that
// row's rule, and an allowed one must pass. The text is linted under that path without being written, with the
// repository's own configuration minus the rules that need types.
import { fileURLToPath } from 'node:url';
import { importRules } from './import-rules.mjs';

process.env.LINT_WITHOUT_TYPES = '1';
const { ESLint } = await import('eslint');
const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root });

async function boundaryFindings(at, specifier) {
  const results = await eslint.lintText(`import '${specifier}';\n`, { filePath: at, warnIgnored: true });
  return results.flatMap((result) =>
    result.messages
      .filter((message) => message.fatal || message.ruleId === null || message.ruleId.startsWith('boundary/'))
      .map((message) => message.ruleId ?? `no rule ran: ${message.message}`),
  );
}

const faults = [];
for (const row of importRules) {
  const found = await boundaryFindings(row.at, row.canary);
  if (found.length !== 1 || found[0] !== `boundary/${row.name}`) {
    faults.push(`${row.name}: import of ${row.canary} in ${row.at} gave [${found.join(', ')}]`);
  }
  const harmless = await boundaryFindings(row.at, row.fine);
  if (harmless.length > 0)
    faults.push(`${row.name}: allowed import of ${row.fine} in ${row.at} gave [${harmless.join(', ')}]`);
}
if (faults.length > 0) {
  console.error(`Import rules that do not do what they say:\n${faults.join('\n')}`);
  process.exit(1);
}
console.log(`${String(importRules.length)} import rules, each refused its planted import.`);
